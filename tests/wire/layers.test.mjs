import assert from "node:assert/strict";
import { test } from "node:test";
import { headerBits, layersOf } from "../../static/js/wire/layers.js";

const row = (direction, frame, transport = "websocket", size = frame.length) => ({
  client: "A",
  direction,
  frame,
  transport,
  size,
  time: 1,
});
const names = (layers) => layers.map(({ name }) => name);
const bits = (header) =>
  headerBits(header)
    .filter(({ value }) => !value.includes("?"))
    .map(({ value }) => value)
    .join("");

test("the header's bits are those of RFC 6455, section 5.7", () => {
  assert.equal(Number.parseInt(bits({ length: 5 }), 2).toString(16), "8105"); // an unmasked "Hello"
  assert.equal(Number.parseInt(bits({ length: 5, masked: true }), 2).toString(16), "8185"); // a masked one
  assert.equal(Number.parseInt(bits({ length: 256, binary: true }), 2).toString(16), "827e0100");
  assert.equal(Number.parseInt(bits({ length: 125 }), 2).toString(16), "817d"); // the longest that fits the second byte
  assert.equal(Number.parseInt(bits({ length: 126 }), 2).toString(16), "817e007e");
  assert.equal(Number.parseInt(bits({ length: 65_535 }), 2).toString(16), "817effff");
  assert.equal(BigInt(`0b${bits({ length: 65_536, binary: true })}`).toString(16), "827f0000000000010000");
});

test("an event is peeled down to its name and arguments", () => {
  const layers = layersOf(row("received", '42/chat,["news",1,{"a":2}]'));
  assert.deepEqual(names(layers), ["TCP", "WebSocket frame", "Engine.IO packet", "Socket.IO packet", "Event"]);
  assert.equal(layers[0].bytes.slice(0, 4).join(" "), "81 1a 34 32");
  assert.match(layers[0].sentence, /^28 bytes/);
  assert.deepEqual(
    layers.slice(1).map(({ text }) => text),
    ['42/chat,["news",1,{"a":2}]', '2/chat,["news",1,{"a":2}]', '["news",1,{"a":2}]', 'news\n1\n{"a":2}'],
  );
});

test("what a client sends is masked, and its bytes are not made up", () => {
  const [tcp, frame] = layersOf(row("sent", "40"));
  assert.deepEqual(tcp.bytes, ["81", "82", "??", "??", "??", "??"]);
  assert.equal(frame.bits.at(-1).name, "masking key");
});

test("a poll travels over HTTP, bytes in a binary frame, the rest without a Socket.IO packet", () => {
  assert.deepEqual(names(layersOf(row("sent", "40", "polling"))), ["HTTP", "Engine.IO packet", "Socket.IO packet"]);
  assert.deepEqual(names(layersOf(row("received", "bAQID", "websocket", 3))), ["TCP", "WebSocket frame", "Attachment"]);
  assert.equal(layersOf(row("received", "bAQID", "websocket", 3))[0].bytes.join(" "), "82 03 01 02 03");
  assert.deepEqual(names(layersOf(row("received", "2"))), ["TCP", "WebSocket frame", "Engine.IO packet"]);
  for (const frame of ["", "9", "4", "42[", "43[1]", "b§"]) assert.ok(layersOf(row("received", frame)).length >= 3);
});
