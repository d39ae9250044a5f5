import assert from "node:assert/strict";
import { test } from "node:test";
import { beatsOf, pieces, readingTime } from "../../static/js/traffic/beats.js";

const row = (time, direction, frame) => ({ time, client: "A", direction, frame });
const RECORDED = {
  rows: [
    row(0.1, "sent", "40"),
    row(0.12, "received", '40{"sid":"x"}'),
    row(0.9, "received", "2"),
    row(1.2, "sent", '420["go"]'),
    row(1.21, "received", '42["gone"]'),
    { ...row(1.22, "received", '42["gone"]'), client: "B" },
    row(1.4, "received", "430[]"),
  ],
  marks: [{ time: 0.05, client: "A", kind: "opened", text: "A connects." }],
  captions: [
    { time: 0, text: "A comes." },
    { time: 1, text: "A asks." },
    { time: 2, text: "That is all." },
  ],
};

test("a caption stands before what it is about; a client's coming, and what is sent to many, appear at once", () => {
  const beats = beatsOf(RECORDED);
  assert.deepEqual(
    beats.map(({ until, caption }) => [until, caption]),
    [
      [0, 0],
      [0.12, 0],
      [0.12, 1],
      [1.2, 1],
      [1.22, 1],
      [1.4, 1],
      [1.4, 2],
    ],
  );
  assert.ok(beats.every(({ ms }) => ms > 0));
  const probing = { ...RECORDED, rows: [...RECORDED.rows, row(1.5, "sent", "2probe")] };
  assert.deepEqual(
    beatsOf(probing)
      .slice(0, 4)
      .map(({ until }) => until),
    [0, 0.05, 0.1, 0.12],
    "where frames are the matter, each has its moment",
  );
});

test("nothing of the recording is lost at its end", () => {
  const last = beatsOf(RECORDED).at(-1);
  assert.ok(RECORDED.rows.every(({ time }) => time <= last.until));
  assert.equal(last.caption, RECORDED.captions.length - 1);
  assert.deepEqual(beatsOf({ rows: [], captions: [] }), []);
});

test("a longer caption is shown longer, and its code is told from its words", () => {
  assert.ok(readingTime("one two three four") > readingTime("one"));
  assert.deepEqual(pieces("the event `done`, sent"), ["the event ", { code: "done" }, ", sent"]);
});
