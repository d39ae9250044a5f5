import assert from "node:assert/strict";
import { test } from "node:test";
import { answerHead, frame, packet, requestHead, size } from "../../static/js/exhibits/traffic.js";

test("bytes are counted as UTF-8", () => assert.equal(size("dürfen"), 7));

test("a frame's own head grows with its length, and by the mask that a client puts on", () => {
  assert.deepEqual([frame(5, { masked: false }), frame(5, { masked: true })], [7, 11]);
  assert.deepEqual(
    [frame(125, { masked: false }), frame(126, { masked: false }), frame(70_000, { masked: false })],
    [127, 130, 70_010],
  );
  assert.equal(packet({ type: "message", data: '2["feed",1]' }), 12);
  assert.equal(packet({ type: "ping" }), 1);
});

test("an answer's head has every header that the page sees", () => {
  const headers = new Map([["content-type", "application/json"]]);
  assert.equal(
    answerHead({ status: 200, statusText: "OK", headers }),
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".length,
  );
});

test("a longer address makes a longer request", () => {
  const known = { agent: "Test", languages: ["en"] };
  const short = requestHead("http://a/poll", known);
  assert.equal(requestHead("http://a/poll?after=10", known), short + 9);
  assert.ok(requestHead("http://a/poll", { ...known, upgrade: true }) > short);
});
