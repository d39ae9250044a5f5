import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSummary, clock, endOf, pillOf, saveWords } from "../../static/js/core/words.js";
import { SHORTCUTS, shortcutOf } from "../../static/js/dom/keys.js";

const sandbox = (patch) => ({
  id: "s",
  state: "ready",
  code: "",
  reason: "",
  error: null,
  startedAt: 100,
  queuePosition: null,
  ...patch,
});

test("the pill says each state in words", () => {
  const of = (patch) => pillOf(sandbox(patch), { now: 141 });
  assert.deepEqual(pillOf(null), { kind: "off", text: "Not running" });
  assert.deepEqual(of({}), { kind: "running", text: "Running · 0:41" });
  assert.deepEqual(of({ state: "queued", queuePosition: 3 }), { kind: "queued", text: "Waiting · number 3" });
  assert.deepEqual(of({ state: "limited", code: "memory" }), { kind: "limited", text: "Stopped: memory limit" });
  assert.deepEqual(of({ state: "crashed" }), { kind: "crashed", text: "Crashed" });
  assert.deepEqual(of({ state: "crashed", code: "no_run_call" }), { kind: "crashed", text: "Ended" });
  assert.equal(of({ state: "limited", code: "something new" }).text, "Stopped by a limit");
  assert.equal(pillOf(sandbox({ state: "stopped" }), { pending: true }).text, "Starting");
});

test("the run of another program is told apart from the one in the editor", () => {
  assert.equal(pillOf(sandbox({}), { other: "Examples" }).text, "Running: Examples");
  assert.equal(pillOf(sandbox({ state: "crashed" }), { other: "Examples" }).text, "Not running");
});

test("a crash names its line, and a stop that the learner asked for says nothing", () => {
  const error = { type: "NameError", message: "name 'emitt' is not defined", line: 7 };
  assert.equal(
    endOf(sandbox({ state: "crashed", error })),
    "Your program crashed on line 7: NameError: name 'emitt' is not defined",
  );
  assert.equal(
    endOf(sandbox({ state: "crashed", error, reason: "Python can't read line 7." })),
    "Python can't read line 7.",
  );
  assert.equal(endOf(sandbox({ state: "stopped", code: "stopped", reason: "You stopped it." })), "");
  assert.equal(endOf(sandbox({ state: "stopped", code: "idle", reason: "Nobody used it." })), "Nobody used it.");
});

test("a summary of checks is one sentence", () => {
  const checks = { running: false, results: [1, 2, 3], passed: 2, total: 3, error: null };
  assert.equal(checkSummary(checks), "2 of 3 checks passed.");
  assert.match(checkSummary({ ...checks, passed: 3 }), /^All 3/);
  assert.equal(checkSummary({ ...checks, results: [], passed: 0 }), "");
  assert.match(checkSummary({ ...checks, running: true, place: 3 }), /number 3 in line/);
  assert.match(checkSummary({ ...checks, running: true, place: 0 }), /^Checking/);
});

test("time is shown as on a clock", () => {
  assert.deepEqual([0, 41.9, 60, 3725, -3].map(clock), ["0:00", "0:41", "1:00", "62:05", "0:00"]);
});

test("every save state has words", () => {
  for (const saveState of ["saved", "saving", "local", "offline", "conflict"]) {
    assert.ok(saveWords({ saveState, saveMessage: "", version: 1 }).length > 5, saveState);
  }
});

test("the keys do what the table promises, with Ctrl as with Cmd, and typing is left alone", () => {
  const press = (key, patch = {}) =>
    shortcutOf({ key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...patch });
  assert.equal(press("Enter", { ctrlKey: true }), "run");
  assert.equal(press("Enter", { metaKey: true, shiftKey: true }), "check");
  assert.equal(press(".", { ctrlKey: true }), "stop");
  assert.equal(press("®", { altKey: true, code: "KeyR" }), "reset");
  for (const key of ["Enter", ".", "r"]) assert.equal(press(key), null);
  assert.deepEqual(
    SHORTCUTS.filter(({ action }) => action).map(({ action }) => action),
    ["run", "stop", "check", "reset"],
  );
});
