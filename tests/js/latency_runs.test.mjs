import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf, others, readRuns, settled, withRun, worst } from "../../static/js/exhibits/latency_runs.js";

const samples = [
  { sent: 0, took: 3 },
  { sent: 100, took: 900 },
  { sent: 150, took: null },
  { sent: 5_000, took: 4_000 },
];

test("the worst counts what was asked in that time, and what is still awaited", () => {
  assert.equal(worst(samples, 50, 120, 2_000), 900);
  assert.equal(worst(samples, 50, 200, 2_000), 1_850);
  assert.equal(worst(samples, 6_000, 7_000, 8_000), null);
  assert.equal(settled(samples, 0, 120), true);
  assert.equal(settled(samples, 0, 200), false);
});

test("a run's line begins with the job", () =>
  assert.deepEqual(lineOf(samples, 100, 200, 350), [
    [0, 900],
    [50, 200],
  ]));

test("a job is kept once for each runtime, and compared with the other runtimes", () => {
  const run = (runtime, worst, job = "cpu") => ({ runtime, job, worst, line: [[0, worst]] });
  const runs = [run("threading", 40), run("gevent", 1_450), run("gevent", 4, "sleep")];
  const newer = withRun(runs, run("gevent", 1_460));
  assert.equal(newer.length, 3);
  assert.deepEqual(
    others(newer, { job: "cpu", runtime: "threading" }).map(({ worst }) => worst),
    [1_460],
  );
  assert.deepEqual(readRuns(JSON.stringify(runs)), runs);
  assert.deepEqual(
    [
      "{",
      "7",
      '[{"runtime":"eventlet","job":"x","worst":1,"line":[]}]',
      '[{"runtime":"gevent","job":"x","worst":1,"line":[["a",1]]}]',
      null,
    ].map(readRuns),
    [[], [], [], [], []],
  );
});
