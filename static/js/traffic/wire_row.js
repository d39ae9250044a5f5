// One frame as a row that opens: what it is at a glance, and every character of its prefix explained.

import { reveal } from "../dom/follow.js";
import { h } from "../dom/h.js";
import { isHeartbeat, parseEngine } from "../wire/engineio.js";
import { parseSocket } from "../wire/socketio.js";

const GLANCE = 200; // characters
const KINDS = { engine: "eio", type: "sio", attachments: "sio", namespace: "nsp", ack: "ack", data: "data" };

/**
 * Draw a row of the trace; its content is drawn when it is opened, and the sentences for it are fetched then.
 *
 * `rowsNow` returns all rows, in which the row's question, answer or packet is looked up.
 */
export function wireRow(row, rowsNow) {
  const engine = parseEngine(row.frame);
  const socket = engine.name === "message" ? parseSocket(engine.data) : null;
  const sent = row.direction === "sent";
  const named = row.client.length > 1;
  const node = h(
    "details",
    { class: `frame is-${row.direction}${isHeartbeat(row.frame) ? " is-heartbeat" : ""}` },
    h(
      "summary",
      {},
      h("time", {}, `${row.time.toFixed(3)} s`),
      h(
        "span",
        {
          class: `ava ava-${named ? "f" : row.client.toLowerCase()} small`,
          title: `Client ${row.client}`,
          "aria-hidden": named,
        },
        row.client.slice(0, 1).toUpperCase(),
      ),
      h(
        "span",
        { class: "dir" },
        h("span", { "aria-hidden": "true" }, sent ? "→" : "←"),
        h("span", { class: "word" }, sent ? "sent" : "received"),
      ),
      h(
        "span",
        { class: "kind" },
        h("span", { class: "eio" }, engine.name),
        h("span", { class: "sio" }, socket?.name ?? ""),
      ),
      h(
        "span",
        { class: "what" },
        h("span", { class: "who" }, named ? row.client : ""),
        h("span", { class: "nsp" }, socket && socket.namespace !== "/" ? socket.namespace : ""),
        h("span", { class: "event" }, glance(row.frame, socket)),
      ),
      h("span", { class: "size" }, `${row.size} B`),
    ),
  );
  node.addEventListener("toggle", () => node.open && explainInside(node, row, rowsNow));
  return node;
}

/** Drawn again each time it is opened: an answer may have come since. */
async function explainInside(node, row, rowsNow) {
  node.querySelector(".frame-body")?.remove();
  const body = h("div", { class: "frame-body" }, h("pre", { class: "raw" }, row.frame));
  node.append(body);
  try {
    const { explain, tellRelations } = await import("../wire/explain.js");
    body.replaceWith(inside(row, explain(row), tellRelations(row, rowsNow())));
    if (node.parentElement) reveal(node.parentElement, node);
  } catch {
    // Offline, or the site was rebuilt: the frame itself is there, and opening the row again tries again.
  }
}

function glance(frame, socket) {
  if (!socket) return frame.slice(1, GLANCE);
  return words(socket).slice(0, GLANCE);
}

function words(socket) {
  if (socket.event !== null) return `${socket.event} ${socket.args.map((value) => JSON.stringify(value)).join(", ")}`;
  if (socket.problem) return socket.pieces.find(({ kind }) => kind === "data")?.text ?? "";
  if (socket.name.endsWith("ACK")) return `${socket.ack} ${JSON.stringify(socket.data)}`;
  return JSON.stringify(socket.data) ?? "";
}

function inside(row, { sentence, parts }, relations) {
  return h(
    "div",
    { class: "frame-body" },
    h(
      "p",
      { class: "note" },
      `${[sentence, ...relations].join(" ")} Client ${row.client}, over ${row.transport === "polling" ? "long-polling" : "WebSocket"}.`,
    ),
    h(
      "pre",
      { class: "raw" },
      parts.map(({ kind, text }) => h("span", { class: `part part-${KINDS[kind]}` }, text)),
    ),
    h(
      "dl",
      { class: "parts" },
      parts.map(({ text, meaning }) => [
        h("dt", {}, text.length > 24 ? `${text.slice(0, 22)}…` : text),
        h("dd", {}, meaning),
      ]),
    ),
  );
}
