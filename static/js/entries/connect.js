// The ready client of a running server, for another tab or a phone: one card, and the frames of its own connection.

import { ready, store } from "../core/page.js";
import "./start.js";
import "../page/theme-switch.js";
import "../clients/client-card.js";
import "../clients/client-menu.js";
import "../traffic/wire-list.js";

const TYPES = { open: 0, close: 1, ping: 2, pong: 3, message: 4, upgrade: 5, noop: 6 };
const CAP = 500;
const begun = performance.now();
const card = document.querySelector("client-card");

/** This page gets no trace from the gateway, having no lesson: it shows what its own client sends and receives. */
function listen(engine) {
  engine.on("packet", (packet) => note(engine, "received", packet));
  engine.on("packetCreate", (packet) => note(engine, "sent", packet));
  // The probe of the WebSocket bypasses the engine: it is shown once it has succeeded.
  engine.on("upgrading", () => {
    note(engine, "sent", { type: "ping", data: "probe" }, "websocket");
    note(engine, "received", { type: "pong", data: "probe" }, "websocket");
  });
  engine.on("upgrade", () => note(engine, "sent", { type: "upgrade", data: undefined }));
}

function note(engine, direction, { type, data }, transport = engine.transport.name) {
  const binary = data instanceof ArrayBuffer || ArrayBuffer.isView(data);
  const frame = binary ? `b${base64(data)}` : `${TYPES[type]}${data ?? ""}`;
  const row = {
    time: (performance.now() - begun) / 1000,
    client: card.dataset.client,
    direction,
    frame,
    transport,
    size: binary ? data.byteLength : new TextEncoder().encode(frame).length,
  };
  store.set((state) => ({ traceRows: [...state.traceRows, row].slice(-CAP) }));
}

function base64(data) {
  const bytes =
    data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return btoa(String.fromCharCode(...bytes));
}

ready.then(() => {
  card.link.onEngine = listen;
  card.connect();
});
