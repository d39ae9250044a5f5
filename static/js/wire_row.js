// One frame as a row that opens: what it is at a glance, and every character of its prefix explained.

import { h } from "./core/dom.js";
import { isHeartbeat, parseEngine } from "./wire/engineio.js";
import { parseSocket } from "./wire/socketio.js";

const KINDS = { engine: "eio", type: "sio", attachments: "sio", namespace: "nsp", ack: "ack", data: "data" };

/** Draw a row of the trace; its inside is drawn when it is opened, and the sentences for it are fetched then. */
export function wireRow(row) {
  const engine = parseEngine(row.frame);
  const socket = engine.name === "message" ? parseSocket(engine.data) : null;
  const sent = row.direction === "sent";
  const node = h("details", { class: `frame is-${row.direction}${isHeartbeat(row.frame) ? " is-heartbeat" : ""}` },
    h("summary", {},
      h("time", {}, `${row.time.toFixed(3)} s`),
      h("span", { class: `ava ava-${row.client.length === 1 ? row.client.toLowerCase() : "f"} small` }, row.client.length === 1 ? row.client : row.client.slice(0, 1)),
      h("span", { class: "dir" }, h("span", { "aria-hidden": "true" }, sent ? "→" : "←"), h("span", { class: "word" }, sent ? "sent" : "received")),
      h("span", { class: "kind" }, h("span", { class: "eio" }, engine.name), h("span", { class: "sio" }, socket?.name ?? "")),
      h("span", { class: "what" }, h("span", { class: "nsp" }, socket && socket.namespace !== "/" ? socket.namespace : ""), h("span", { class: "event" }, glance(row.frame, socket))),
      h("span", { class: "size" }, `${row.size} B`)));
  node.addEventListener("toggle", () => node.open && explainInside(node, row));
  return node;
}

async function explainInside(node, row) {
  if (node.children.length > 1) return;
  const body = h("div", { class: "frame-body" }, h("pre", { class: "raw" }, row.frame));
  node.append(body);
  try {
    const { explain } = await import("./wire/explain.js");
    body.replaceWith(inside(row, explain(row)));
    node.scrollIntoView({ block: "nearest" });
  } catch {
    // Offline, or the site was built anew since: the frame itself is there, and opening the row again tries again.
    node.addEventListener("toggle", () => body.remove(), { once: true });
  }
}

function glance(frame, socket) {
  if (socket?.event) return `${socket.event} ${socket.args.map((value) => JSON.stringify(value)).join(", ")}`;
  if (socket?.name.endsWith("ACK")) return `${socket.ack} ${JSON.stringify(socket.data ?? [])}`;
  return socket ? JSON.stringify(socket.data) ?? "" : frame.slice(1, 80);
}

function inside(row, { sentence, parts }) {
  return h("div", { class: "frame-body" },
    h("p", { class: "note" }, `${sentence} Client ${row.client}, over ${row.transport === "polling" ? "long-polling" : "WebSocket"}.`),
    h("pre", { class: "raw" }, parts.map(({ kind, text }) => h("span", { class: `part part-${KINDS[kind]}` }, text))),
    h("dl", { class: "parts" }, parts.map(({ text, meaning }) => [h("dt", {}, text.length > 24 ? `${text.slice(0, 22)}…` : text), h("dd", {}, meaning)])));
}
