// What a page of client code reports to its pane. It may send anything: other shapes than these are dropped. Pure.

import { LONGEST } from "../iframes/words.js";

const LEVELS = new Set(["log", "info", "debug", "warn", "error"]);
const NAME = 200;
const FILE = /^[A-Za-z0-9_.-]{1,40}$/;
/** @type {Record<string, [LinkState["kind"], string]>} */
const STATES = {
  connecting: ["busy", "Connecting"],
  connected: ["on", "Connected"],
  trying: ["busy", "Connecting again"],
  refused: ["bad", "Refused"],
  closed: ["off", "Disconnected"],
};

/**
 * Read a message: null, or one of
 * {kind: "state", state: {kind, text, reason}}, {kind: "row", row}, {kind: "drawn"}, {kind: "begun"}, {kind: "sent"},
 * each with `next`, the id of the next acknowledgement.
 * A row is what a client's list draws: {kind: "event" | "ack" | "note" | "console", …}, only text.
 *
 * @param {any} data
 * @returns {ClientReport | null}
 */
export function readReport(data) {
  if (typeof data !== "object" || data === null) return null;
  const read = readAs(data);
  return read && { ...read, next: Number.isInteger(data.next) && data.next >= 0 ? data.next : 0 };
}

/** @param {any} data */
function readAs(data) {
  switch (data.duplex) {
    case "begun":
    case "drawn":
    case "sent":
      return { kind: /** @type {"begun" | "drawn" | "sent"} */ (data.duplex) };
    case "state":
      return stateOf(data);
    case "event":
      return row({ kind: "event", name: text(data.name, NAME), args: values(data.args), answered: null });
    case "ack":
      return row({
        kind: "ack",
        name: text(data.name, NAME),
        args: values(data.args),
        ms: Number.isFinite(data.ms) ? data.ms : 0,
      });
    case "note":
      return row({ kind: "note", text: text(data.text, LONGEST) });
    case "console":
      return row({
        kind: "console",
        level: LEVELS.has(data.level) ? data.level : "log",
        text: text(data.text, LONGEST),
        ...placeOf(data),
      });
    default:
      return null;
  }
}

/** @param {ReceivedRow} read */
function row(read) {
  return { kind: /** @type {const} */ ("row"), row: read };
}

/** @param {any} told */
function stateOf({ state, transport, reason }) {
  const known = Object.hasOwn(STATES, state) ? STATES[state] : null;
  if (!known) return null;
  const [kind, word] = known;
  const by = transport === "websocket" || transport === "polling" ? ` · ${transport}` : "";
  return {
    kind: /** @type {const} */ ("state"),
    state: { kind, text: kind === "on" ? word + by : word, reason: kind === "bad" ? text(reason, NAME) : "" },
  };
}

/**
 * @param {any} told
 * @returns {SourcePlace}
 */
function placeOf({ file, line }) {
  return FILE.test(file) && Number.isInteger(line) && line > 0 ? { file, line } : {};
}

/**
 * @param {unknown} value
 * @param {number} longest
 */
function text(value, longest) {
  const said = typeof value === "string" ? value : "";
  return said.length > longest ? `${said.slice(0, longest)}…` : said;
}

/**
 * Arguments come as the text of JSON values; anything else, or what was cut, is shown as plain text.
 *
 * @param {unknown} said
 * @returns {any[]}
 */
function values(said) {
  const whole = text(said, LONGEST);
  try {
    return JSON.parse(`[${whole}]`);
  } catch {
    return [whole];
  }
}
