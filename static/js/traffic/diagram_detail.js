// The chosen event of a diagram in words: its frames, the line of the handler that answers, the room it went to.

import { emittedOn, handlerFor, handlersIn } from "../diagram/source.js";
import { markWords, ofClient, seconds, wayOf } from "../diagram/words.js";
import { h } from "../dom/h.js";
import { wireRow } from "./wire_row.js";

const FRAMES_SHOWN = 60;

/** What is shown before anything is chosen. */
export function howToRead() {
  return [
    h("h3", {}, "How to read it"),
    h("p", {}, "Time runs downwards. Each client has a lane, the server stands on the right."),
    h(
      "dl",
      { class: "seq-legend" },
      h("dt", { class: "is-sent" }, "→"),
      h("dd", {}, "a client sent it"),
      h("dt", { class: "is-received" }, "←"),
      h("dd", {}, "the server sent it; one emit to several fans out"),
      h("dt", { class: "is-received" }, "⇠"),
      h("dd", {}, "an acknowledgement, joined to its question"),
    ),
    h("p", {}, "Point at an arrow or tap it to read its frame; the arrow keys go from one to the next."),
  ];
}

/** Explain an entry. `source` is the program's text, `rowsNow` returns all rows of the trace. */
export function explainEntry(entry, { source = "", rowsNow = () => entry.rows } = {}) {
  const shown = entry.rows.slice(0, FRAMES_SHOWN);
  const frames = shown.map((row) => wireRow(row, rowsNow));
  if (frames.length > 0) frames[0].open = true;
  const more = entry.rows.length - shown.length;
  const title =
    entry.legs.length > 0 ? wayOf(entry) : ofClient(entry.client, markWords(entry), `Client ${entry.client}`);
  return [
    h("h3", {}, title),
    ...[
      ...(entry.mark?.text && !title.endsWith(entry.mark.text) ? [[entry.mark.text]] : []),
      ...answers(entry),
      ...handlerLines(entry, source),
      ...roomLines(entry),
    ].map((content) => h("p", { class: "seq-says" }, content)),
    h("div", { class: "seq-frames" }, frames),
    shown.length > 0 ? peel(shown[0], () => handlerLines(entry, source)[0] ?? null) : null,
    more > 0 ? h("p", { class: "note" }, `and ${more} more: all of them stand in the table.`) : null,
  ];
}

/** The first frame of the entry, opened layer by layer; drawn on request. */
function peel(row, handler) {
  const node = h("details", { class: "peel" }, h("summary", {}, "Peel the layers"));
  node.addEventListener("toggle", async () => {
    if (!node.open || node.querySelector(".layers")) return;
    try {
      const { peeled } = await import("./peeled.js");
      if (!node.querySelector(".layers")) node.append(peeled(row, handler()));
    } catch {
      // Offline, or the site was rebuilt: opening it again tries again.
    }
  });
  return node;
}

function answers(entry) {
  if (entry.answer) return [["Answered after ", wanted(seconds(entry.answer.time - entry.time), entry.answer), "."]];
  if (entry.question)
    return [
      [
        "It answers ",
        wanted(`“${entry.question.socket.event}”`, entry.question),
        `, ${seconds(entry.time - entry.question.time)} before.`,
      ],
    ];
  if (entry.closing)
    return [
      [`Then ${entry.closing[0].toLowerCase()}${entry.closing.slice(1)}${/[.!?]$/.test(entry.closing) ? "" : "."}`],
    ];
  return entry.asks ? [["It asks for an acknowledgement. None has been seen."]] : [];
}

function wanted(text, entry) {
  return h(
    "button",
    {
      type: "button",
      class: "line-link",
      onclick: ({ currentTarget }) =>
        currentTarget.dispatchEvent(new CustomEvent("entry-wanted", { detail: entry, bubbles: true })),
    },
    text,
  );
}

/** From the running program's own report if there is one; otherwise found in its text, which is said. */
function handlerLines(entry, source) {
  const asked = entry.question?.direction === "sent" ? entry.question : entry;
  const report = asked.handler;
  if (report?.line) {
    const took = report.seconds == null ? "is still running" : `ran ${seconds(report.seconds)}`;
    return [
      [
        "Its handler, ",
        lineLink(report.line),
        `, ${took}${report.thread ? ` in ${report.thread}` : ""}${report.error ? ` and failed: ${report.error}` : ""}.`,
      ],
    ];
  }
  if (!source) return [];
  const event =
    asked.kind === "connect" || asked.kind === "refused"
      ? "connect"
      : asked.direction === "sent"
        ? asked.socket?.event
        : null;
  if (event) return inText(event, asked.socket?.namespace ?? asked.namespace ?? "/", handlersIn(source));
  return entry.direction === "received" && entry.socket?.event ? emitted(entry, source) : [];
}

function inText(event, namespace, handlers) {
  const found = handlerFor(handlers, event, namespace);
  const where = namespace === "/" ? "" : ` in ${namespace}`;
  if (found) return [[`Handled by ${found.name}, `, lineLink(found.line), "."]];
  if (event === "connect") return [];
  return [[`No handler for “${event}”${where} stands in the program: the server drops such an event without a word.`]];
}

function emitted(entry, source) {
  if (entry.from?.line)
    return [[`Emitted while the handler of “${entry.from.event}” ran, `, lineLink(entry.from.line), "."]];
  const lines = emittedOn(source, entry.socket.event);
  if (lines.length === 0) return [];
  return [
    ["In the program it is emitted on ", ...lines.flatMap((line, i) => [i > 0 ? " or " : "", lineLink(line)]), "."],
  ];
}

function roomLines({ emit }) {
  if (!emit?.to) return [];
  const [kind, name] = emit.to.split(/:(.*)/s);
  const to =
    {
      all: "everybody in its namespace",
      room: `the room “${name}”`,
      client: `one client, ${name}`,
      self: "the client that asked",
    }[kind] ?? emit.to;
  return [[`It went to ${to}${emit.skip ? ", except the one left out" : ""}.`]];
}

function lineLink(line) {
  return h(
    "button",
    {
      type: "button",
      class: "line-link",
      onclick: ({ currentTarget }) =>
        currentTarget.dispatchEvent(new CustomEvent("line-requested", { detail: { line }, bubbles: true })),
    },
    `line ${line}`,
  );
}
