import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isHeartbeat, parseEngine } from "../../static/js/wire/engineio.js";
import { explain } from "../../static/js/wire/explain.js";
import { parseSocket } from "../../static/js/wire/socketio.js";

// Captured from a real server; `expect` is what the Python libraries read in each frame (see capture_vectors.py).
const vectors = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8"));
const each = (name, check) =>
  vectors.forEach((vector, i) =>
    test(`${name}: ${i} ${vector.name} ${vector.frame.slice(0, 30)}`, () => check(vector)),
  );

test("the vectors show every kind of packet", () => {
  const kinds = new Set(vectors.flatMap(({ expect }) => [expect.engine, expect.socket]));
  for (const kind of [
    "open",
    "close",
    "ping",
    "pong",
    "message",
    "upgrade",
    "noop",
    "binary",
    "CONNECT",
    "DISCONNECT",
    "EVENT",
    "ACK",
    "CONNECT_ERROR",
    "BINARY_EVENT",
    "BINARY_ACK",
  ])
    assert.ok(kinds.has(kind), kind);
});

each("the Engine.IO packet is read as the server's own library reads it", ({ frame, expect }) => {
  const packet = parseEngine(frame);
  assert.equal(packet.name, expect.engine);
  assert.equal(packet.problem, "");
  if (expect.engine === "binary") assert.deepEqual([...Buffer.from(packet.binary, "base64")], expect.bytes);
  else
    assert.deepEqual([packet.binary, packet.data], [null, expect.engine === "message" ? frame.slice(1) : expect.data]);
});

each("the Socket.IO packet is read as the server's own library reads it", ({ frame, expect }) => {
  const { socket } = explain({ frame, direction: "sent" });
  if (!expect.socket) return assert.equal(socket, null);
  const { name, namespace, ack, attachments, problem } = socket;
  assert.deepEqual(
    { name, namespace, ack, attachments, problem },
    { name: expect.socket, namespace: expect.namespace, ack: expect.ack, attachments: expect.attachments, problem: "" },
  );
  assert.deepEqual(socket.data ?? null, expect.data);
  if (expect.event !== undefined) assert.deepEqual([socket.event, socket.args], [expect.event, expect.args]);
  if (expect.socket.endsWith("ACK")) assert.deepEqual(socket.args, expect.data);
});

each("the pieces, joined, are the frame again, and every piece has a meaning", ({ frame, direction }) => {
  const { parts, sentence } = explain({ frame, direction });
  assert.equal(parts.map(({ text }) => text).join(""), frame);
  for (const { text, meaning } of parts) assert.ok(text !== "" && meaning.length > 5, JSON.stringify(parts));
  assert.match(sentence, /^The (client|server) .*\.$/);
});

test("only ping and pong are heartbeat, not the probe of an upgrade", () => {
  const beats = vectors.filter(({ frame }) => isHeartbeat(frame)).map(({ frame }) => frame);
  assert.deepEqual(beats, ["2", "3"]);
});

test("the prefix is cut into its pieces in their order", () => {
  const kinds = (text) => parseSocket(text).pieces.map(({ kind, text: piece }) => `${kind} ${piece}`);
  assert.deepEqual(kinds('51-/chat,12["file",{"_placeholder":true,"num":0}]').slice(0, 4), [
    "type 5",
    "attachments 1-",
    "namespace /chat,",
    "ack 12",
  ]);
  assert.deepEqual(kinds("0/chat"), ["type 0", "namespace /chat"]);
  assert.deepEqual(kinds('2["1-/x,5"]'), ["type 2", 'data ["1-/x,5"]']);
});
