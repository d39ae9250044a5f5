// The label of an arrow or a mark, and the sentence that a screen reader says for it. Pure.

import { readRow } from "../wire/read.js";

const SHOWN_ARGUMENTS = 160; // characters; the picture cuts it further to fit, the frame itself is a tap away

/**
 * Return the label of an entry, in pieces: [{kind, text}]; `kind` is name, data, place, note or bad.
 *
 * @param {Entry} entry
 * @returns {LabelPiece[]}
 */
export function labelOf(entry) {
  const place = placeOf(entry.socket?.namespace ?? entry.namespace);
  if (entry.kind === "event")
    return [
      piece("name", entry.socket.event),
      piece("data", listed(entry.socket.args)),
      place,
      ...attachments(entry),
      target(entry),
      trouble(entry),
    ].filter(Boolean);
  if (entry.kind === "ack")
    return [
      piece("note", "ack"),
      piece("data", entry.socket.args.length === 0 ? "empty" : listed(entry.socket.args)),
      place,
      ...attachments(entry),
      trouble(entry),
    ].filter(Boolean);
  if (entry.kind === "packet")
    return [piece("note", packetName(entry.rows[0])), piece("data", packetData(entry.rows[0])), place].filter(Boolean);
  if (entry.mark?.kind === "lost") return lost(entry.mark);
  return [
    piece(entry.kind === "refused" || entry.wrong || entry.mark?.kind === "missing" ? "bad" : "note", markWords(entry)),
  ].filter(Boolean);
}

/**
 * A frame that never arrives is named by its event, like one that does.
 *
 * @param {TraceMark} mark
 */
function lost(mark) {
  const socket = mark.frame === undefined ? null : readRow({ frame: mark.frame }).socket;
  const what = socket?.event == null ? [] : [piece("name", socket.event), piece("data", listed(socket.args))];
  return [...what, piece("bad", "lost")].filter(Boolean);
}

/**
 * @param {string} kind
 * @param {string} text
 * @returns {LabelPiece | null}
 */
function piece(kind, text) {
  return text === "" ? null : { kind, text };
}

/** @param {string | null | undefined} namespace */
function placeOf(namespace) {
  return namespace && namespace !== "/" ? piece("place", namespace) : null;
}

/** @param {any[]} values */
function listed(values) {
  return values
    .map((value) => JSON.stringify(value))
    .join(", ")
    .slice(0, SHOWN_ARGUMENTS);
}

/** @param {Entry} entry */
function attachments({ legs }) {
  const more = (legs[0]?.rows.length ?? 1) - 1;
  return more > 0 ? [piece("note", more === 1 ? "+ bytes" : `+ ${more} × bytes`)] : [];
}

/** @param {Entry} entry */
function target({ emit }) {
  const to = emit?.to ?? "";
  return to.startsWith("room:")
    ? piece("room", `room ${to.slice(5)}`)
    : to === "all"
      ? piece("room", emit?.skip ? "all but one" : "all")
      : null;
}

/** @param {Entry} entry */
function trouble({ early, direction, wrong, legs }) {
  if (wrong) return piece("bad", wrong);
  const late = Math.max(0, ...legs.map((leg) => leg.late ?? 0));
  if (late > 0) return piece("late", `held for ${seconds(late)}`);
  return early && direction === "sent" ? piece("bad", "ignored: not connected yet") : null;
}

/** @param {TraceRow} row */
function packetName(row) {
  const { engine, socket } = readRow(row);
  if (socket && !socket.problem) return socket.name;
  return engine.problem || socket ? "unreadable" : engine.name === "binary" ? "bytes" : engine.name;
}

/** @param {TraceRow} row */
function packetData(row) {
  const { engine, socket } = readRow(row);
  const data = socket
    ? (socket.pieces.find(({ kind }) => kind === "data")?.text ?? engine.data)
    : (engine.binary ?? engine.data);
  return data.slice(0, SHOWN_ARGUMENTS);
}

/**
 * Return the words of what is drawn as a mark: short, without the client's name.
 *
 * @param {Entry} entry
 */
export function markWords(entry) {
  return entry.wrong ? `${wordsOf(entry)}: ${entry.wrong}` : wordsOf(entry);
}

/** @param {Entry} entry */
function wordsOf(entry) {
  const { kind, rows, mark } = entry;
  const to = entry.namespace && entry.namespace !== "/" ? ` to ${entry.namespace}` : "";
  switch (kind) {
    case "connect":
      return entry.joined ? `connected${to}` : `asks to connect${to}`;
    case "refused":
      return `refused${to}: ${refusalText(entry.refusal)}`;
    case "leave":
      return entry.direction === "sent" ? "leaves" : "put out by the server";
    case "upgrade":
      return rows.some(({ frame }) => frame === "5") ? "now over WebSocket" : "tries WebSocket";
    case "heartbeat":
      return `heartbeat × ${Math.max(1, rows.filter(({ frame }) => frame === "2").length)}`;
    case "burst":
      return `${rows.length} frames in ${seconds(entry.end - entry.time)}: ${mostFrequent(rows)}`;
    default:
      return mark?.text || mark?.kind || kind;
  }
}

/** @param {any} data */
function refusalText(data) {
  const text = typeof data === "string" ? data : (data?.message ?? "no reason told");
  return String(text).slice(0, SHOWN_ARGUMENTS);
}

/** @param {TraceRow[]} rows */
function mostFrequent(rows) {
  const counts = new Map();
  for (const row of rows) {
    const { engine, socket } = readRow(row);
    const name =
      socket?.event ??
      (socket?.name.endsWith("ACK") ? "ack" : engine.name === "binary" ? "bytes" : (socket?.name ?? engine.name));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const first = [...counts].sort(([, one], [, other]) => other - one);
  return [...first.slice(0, 3).map(([name, times]) => `${name} × ${times}`), first.length > 3 && "…"]
    .filter(Boolean)
    .join(", ");
}

/**
 * Return a time as people say it: ms below a second, otherwise seconds.
 *
 * @param {number} time
 */
export function seconds(time) {
  const ms = Math.max(0, time) * 1000;
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms < 100_000 ? 1 : 0)} s`;
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

/**
 * Put the client before what happened to it: "A connected", but "A: Frozen" where that is a sentence of its own.
 *
 * @param {string | null} client
 * @param {string} words
 * @param {string | null} name
 */
export function ofClient(client, words, name = client) {
  if (!client) return words;
  return `${name}${/^[A-Z]/.test(words) ? ":" : ""} ${words}`;
}

/**
 * Return a moment of the run in seconds, with as many decimals as the column beside the lanes has room for.
 *
 * @param {number} time
 * @param {boolean} narrow
 */
export function moment(time, narrow) {
  const whole = String(Math.floor(Math.max(0, time))).length;
  return `${time.toFixed(Math.max(0, Math.min(3, (narrow ? 4 : 5) - whole)))}${narrow ? "" : " s"}`;
}

/**
 * Return an entry in one line: sender, receivers, and what was sent.
 *
 * @param {Entry} entry
 */
export function sentenceOf(entry) {
  const words = labelOf(entry)
    .map(({ text }) => text)
    .join(" ");
  const { kind, direction } = entry;
  const whole =
    kind === "event" || kind === "ack" || kind === "packet"
      ? `${wayOf(entry)}: ${words}`
      : ofClient(entry.client, words);
  const answered = entry.answer
    ? `, answered after ${seconds(entry.answer.time - entry.time)}`
    : entry.asks
      ? ", no answer seen"
      : "";
  const lost =
    !entry.mark || !direction
      ? ""
      : ({ lost: " on its way", missing: ", expected, but never came" }[entry.mark.kind] ?? "");
  return `${whole}${answered}${lost}`;
}

/**
 * Return "A → server" or "server → A, B".
 *
 * @param {Pick<Entry, "direction" | "legs" | "client">} entry
 */
export function wayOf({ direction, legs, client }) {
  const names =
    legs.length > 0
      ? legs
          .map((leg) => leg.client)
          .sort()
          .join(", ")
      : (client ?? "");
  return direction === "sent" ? `${names} → server` : `server → ${names}`;
}

/**
 * Return the whole picture as text, one line for each entry, for the clipboard.
 *
 * @param {PictureModel} model
 */
export function asText({ entries }) {
  return entries.map((entry) => `${entry.time.toFixed(3).padStart(9)} s  ${sentenceOf(entry)}`).join("\n");
}
