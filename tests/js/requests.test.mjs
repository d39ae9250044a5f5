import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { RequestFailed, request } from "../../static/js/core/requests.js";

function socketThat(answer, { connected = true } = {}) {
  const socket = new EventEmitter();
  socket.connected = connected;
  socket.timeout = () => ({ emitWithAck: async (event, payload) => answer(event, payload) });
  return socket;
}

const failsWith = (code) => (error) =>
  error instanceof RequestFailed && error.code === code && error.message.length > 20;

test("a granted request resolves to its acknowledgement", async () => {
  const reply = await request(
    socketThat(() => ({ ok: true, version: 3 })),
    "save",
    {},
  );
  assert.equal(reply.version, 3);
});

test("a refused one rejects with the server's code, sentence and whole answer", async () => {
  const refusal = {
    ok: false,
    error: { code: "conflict", message: "A newer version exists somewhere else." },
    newer: { version: 4 },
  };
  await assert.rejects(
    request(
      socketThat(() => refusal),
      "save",
      {},
    ),
    (error) => failsWith("conflict")(error) && error.reply.newer.version === 4,
  );
});

test("silence is a timeout while connected, and offline when the connection went", async () => {
  const silent = () => {
    throw new Error("operation has timed out");
  };
  await assert.rejects(request(socketThat(silent), "run", {}), failsWith("timeout"));
  const socket = socketThat(() => {
    socket.connected = false;
    throw new Error("socket has been disconnected");
  });
  await assert.rejects(request(socket, "run", {}), failsWith("offline"));
});

test("a request waits for a connection that is being made, and gives up in time", async () => {
  const socket = socketThat(() => ({ ok: true }), { connected: false });
  const asked = request(socket, "run", {});
  socket.connected = true;
  socket.emit("connect");
  assert.equal((await asked).ok, true);
  await assert.rejects(
    request(
      socketThat(() => ({ ok: true }), { connected: false }),
      "run",
      {},
      { timeout: 5 },
    ),
    failsWith("offline"),
  );
});

test("an answer of another shape is reported, not believed", async () => {
  await assert.rejects(
    request(
      socketThat(() => "yes"),
      "run",
      {},
    ),
    failsWith("bad_reply"),
  );
});
