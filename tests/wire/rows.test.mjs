import assert from "node:assert/strict";
import { test } from "node:test";
import { asText, clientsOf, sift } from "../../static/js/wire/rows.js";

const row = (client, direction, frame, time = 1) => ({
  client,
  direction,
  frame,
  time,
  transport: "websocket",
  size: frame.length,
});
const ROWS = [
  row("A", "received", "2"),
  row("A", "sent", "3"),
  row("B", "sent", '42["hi"]'),
  row("A", "received", '42["hi"]'),
  row("A", "sent", "2probe"),
];

test("the heartbeat is hidden and counted, unless it is wanted", () => {
  assert.deepEqual([sift(ROWS, {}).shown.length, sift(ROWS, {}).hidden], [3, 2]);
  assert.deepEqual([sift(ROWS, { heartbeat: true }).shown.length, sift(ROWS, { heartbeat: true }).hidden], [5, 0]);
});

test("a filter counts only the heartbeats of the rows it lets through", () => {
  assert.deepEqual(sift(ROWS, { client: "B" }), { shown: [ROWS[2]], hidden: 0 });
  assert.deepEqual(sift(ROWS, { client: "A", direction: "sent" }), { shown: [ROWS[4]], hidden: 1 });
});

test("rows keep their identity and their order", () => {
  const { shown } = sift(ROWS, { heartbeat: true });
  assert.ok(shown.every((each, i) => each === ROWS[i]));
});

test("clients are named once, in the order in which they came", () => {
  assert.deepEqual(clientsOf([ROWS[2], ...ROWS]), ["B", "A"]);
});

test("copied rows are one line each, with the literal frame last", () => {
  assert.equal(
    asText([row("A", "sent", '42["a\\tb"]', 0.5), row("B", "received", "2", 12)]),
    '0.500\tA\tsent\t42["a\\tb"]\n12.000\tB\treceived\t2',
  );
});
