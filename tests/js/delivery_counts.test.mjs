import assert from "node:assert/strict";
import { test } from "node:test";
import { asRecorded, countHeard, markedByRun, reaches } from "../../static/js/delivery/counts.js";

const seat = (name, namespace = "/") => ({ name, namespace });
const SCENARIO = {
  example: "rooms",
  clients: [seat("A"), seat("B"), seat("C", "/chat")],
  emissions: [
    { client: "A", event: "join", args: [] },
    { client: "A", event: "say", args: ["hi"] },
  ],
  event: "said",
};
const sent = (client, frame) => ({ client, direction: "sent", frame });
const received = (client, frame) => ({ client, direction: "received", frame });

test("only what follows the last event counts, in each client's own namespace", () => {
  const rows = [
    sent("A", '420["say","before"]'),
    received("B", '42["said","before"]'),
    sent("A", '421["say","hi"]'),
    received("A", '42["said","hi"]'),
    received("B", '42["said","hi"]'),
    received("B", '451-["said",{"_placeholder":true,"num":0}]'),
    received("C", '42["said","hi"]'),
    received("C", '42/chat,["said","hi"]'),
    received("D", '42["said","hi"]'),
    received("A", '431["said"]'),
    received("A", '42["news","said"]'),
    sent("B", '42["said","hi"]'),
    received("A", "2"),
    received("A", "bAAEC"),
  ];
  assert.deepEqual(countHeard(rows, SCENARIO), { A: 1, B: 2, C: 1 });
});

test("nothing is known while the event has not passed", () => {
  assert.equal(countHeard([], SCENARIO), null);
  assert.equal(countHeard([received("A", '42["say"]'), sent("B", '42["say"]')], SCENARIO), null);
});

test("a trace is awaited until it tells of everything that was heard", () => {
  assert.equal(reaches(null, { A: 0 }), false);
  assert.equal(reaches({ A: 1, B: 0 }, { A: 1, B: 1 }), false);
  assert.equal(reaches({ A: 1, B: 2 }, { A: 1, B: 1 }), true);
});

test("each cell is marked by the run, and so is the whole", () => {
  const option = (id, said, times) => ({ id, said, times, chosen: said > 0, correct: times > 0, reason_html: "" });
  const verdict = { correct: true, options: [option("A", 1, 1), option("B", 0, 0), option("C", 2, 2)] };
  assert.equal(asRecorded(verdict, { A: 1, B: 0, C: 2 }), true);
  assert.equal(asRecorded(verdict, { A: 1, B: 1, C: 2 }), false);
  assert.equal(markedByRun(verdict, { A: 1, B: 0, C: 2 }).correct, true);
  const otherwise = markedByRun(verdict, { A: 1, B: 1, C: 0 });
  assert.equal(otherwise.correct, false);
  assert.deepEqual(
    otherwise.options.map(({ times, correct }) => [times, correct]),
    [
      [1, true],
      [1, true],
      [0, false],
    ],
  );
  assert.equal(otherwise.options[2].reason_html, "<p>C did not hear it.</p>");
});
