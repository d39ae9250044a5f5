import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { relate, tellRelations } from "../../static/js/wire/trace.js";

let clock = 0;
function tick() {
  clock += 0.002;
  return clock;
}
const row = (client, direction, frame) => ({
  client,
  direction,
  frame,
  time: tick(),
  transport: "websocket",
  size: frame.length,
});
const opening = (client) => [
  row(client, "received", '0{"sid":"x"}'),
  row(client, "sent", "40"),
  row(client, "received", '40{"sid":"y"}'),
];

test("an acknowledgement is joined to the event it answers, whatever passes in between", () => {
  const rows = [
    ...opening("A"),
    ...opening("B"),
    row("A", "sent", '420["add",2,3]'),
    row("B", "sent", '420["add",9,9]'),
    row("A", "received", '42["news"]'),
    row("B", "received", "430[18]"),
    row("A", "received", "430[5]"),
  ];
  const relations = relate(rows);
  assert.equal(relations.get(rows[10]).question, rows[6]);
  assert.equal(relations.get(rows[6]).answer, rows[10]);
  assert.equal(relations.get(rows[9]).question, rows[7]);
  assert.equal(relations.get(rows[8]).asks, false);
});

test("both sides count their own ids, in each namespace", () => {
  const rows = [
    ...opening("A"),
    row("A", "received", '40/chat,{"sid":"z"}'),
    row("A", "sent", '421["mine"]'),
    row("A", "received", '421["yours"]'),
    row("A", "sent", '42/chat,1["chat"]'),
    row("A", "sent", '431["to yours"]'),
    row("A", "received", '43/chat,1["to chat"]'),
    row("A", "received", '431["to mine"]'),
  ];
  const relations = relate(rows);
  assert.deepEqual(
    [7, 8, 9].map((i) => relations.get(rows[i]).question),
    [rows[5], rows[6], rows[4]],
  );
});

test("a new connection does not answer the questions of the one before", () => {
  const rows = [...opening("A"), row("A", "sent", '420["lost"]'), ...opening("A"), row("A", "received", "430[]")];
  const relations = relate(rows);
  assert.equal(relations.get(rows[7]).question, null);
  assert.equal(relations.get(rows[3]).answer, null);
  assert.match(tellRelations(rows[3], rows).join(), /No answer/);
});

test("bytes belong to the packet that announced them, in their own direction", () => {
  const rows = [
    ...opening("A"),
    row("A", "sent", '452-["two",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'),
    row("A", "received", '451-["one",{"_placeholder":true,"num":0}]'),
    row("A", "sent", "bAA=="),
    row("A", "received", "bAQ=="),
    row("A", "sent", "bAg=="),
    row("A", "sent", "bAw=="),
  ];
  const relations = relate(rows);
  const found = rows.slice(5).map((each) => [relations.get(each).attachmentOf, relations.get(each).number]);
  assert.deepEqual(found, [
    [rows[3], 1],
    [rows[4], 1],
    [rows[3], 2],
    [null, 0],
  ]);
  assert.match(tellRelations(rows[7], rows)[0], /attachment 2 of “two”/);
});

test("an event outside its namespace is told, in both directions, and only where the beginning is known", () => {
  const rows = [
    row("A", "received", '0{"sid":"x"}'),
    row("A", "sent", '42["too early"]'),
    row("A", "sent", "40"),
    row("A", "received", '42["welcome"]'),
    row("A", "received", '40{"sid":"y"}'),
    row("A", "sent", '42["in time"]'),
    row("A", "sent", "41"),
    row("A", "sent", '42["too late"]'),
  ];
  const relations = relate(rows);
  assert.deepEqual(
    rows.map((each) => relations.get(each).early),
    [false, true, false, true, false, false, false, true],
  );
  assert.match(tellRelations(rows[3], rows)[0], /inside the connect handler/);
  assert.match(tellRelations(rows[1], rows)[0], /ignores it/);
  assert.equal(relate(rows.slice(5)).get(rows[5]).early, false);
});

test("times between rows are told in a fitting unit", () => {
  const question = { ...row("A", "sent", '420["add"]'), time: 1 };
  const told = (time) =>
    tellRelations({ ...question }, [question]).length +
    tellRelations(question, [question, { ...row("A", "received", "430[]"), time }])[0];
  assert.match(told(1.0032), /3\.2 ms later/);
  assert.match(told(1.25), /250 ms later/);
  assert.match(told(3.26), /2\.3 s later/);
});

test("whatever stands in a trace, relating never fails", () => {
  for (const frame of ["", "4", "43", "43[]", "4", "b", "451-", "x", "42[1]", '4999["a"]']) {
    assert.ok(Array.isArray(tellRelations(row("A", "sent", frame), [])));
    const rows = [row("A", "sent", frame), row("A", "received", frame)];
    assert.equal(relate(rows).size, 2);
  }
});

test("in the captured conversations every acknowledgement and every attachment finds its packet", () => {
  const vectors = JSON.parse(readFileSync(new URL("vectors.json", import.meta.url), "utf8"));
  const rows = vectors.map((vector) => ({ ...vector, client: "A", time: tick() }));
  const relations = relate(rows);
  for (const each of rows) {
    if (each.expect.engine === "binary") assert.ok(relations.get(each).attachmentOf, each.frame);
    if (each.expect.socket?.endsWith("ACK")) assert.ok(relations.get(each).question, each.frame);
  }
  assert.match(
    tellRelations(
      rows.find(({ name }) => name === "nobody listens to this"),
      rows,
    )[0],
    /No answer/,
  );
});
