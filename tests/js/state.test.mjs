import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isOfExample,
  MARKS_CAP,
  onCheckFinished,
  onCheckResult,
  onCheckWaits,
  onFaults,
  onMarks,
  onOutput,
  onRunAcknowledged,
  onSandboxState,
  onTrace,
  runtimeOf,
  stateFromPage,
  TRACE_CAP,
  withChecks,
} from "../../static/js/core/state.js";
import { onNewText } from "../../static/js/lesson/new_text.js";

const PAGE = {
  kind: "lesson",
  slug: "events",
  open: "scratch",
  examples: {},
  run: { available: true, reason: "" },
  workspaces: {
    scratch: { title: "Examples", files: { "server.py": "a" }, version: 2, results: [] },
    add: { title: "Add", files: { "server.py": "b" }, version: 0, results: [], total: 2 },
  },
};
const begin = (patch = {}) => ({ ...stateFromPage(PAGE), ...patch });
const apply = (state, patch) => ({ ...state, ...patch });
const started = (exercise, runtime) => ({ exercise, files: { "server.py": "sent" }, runtime });

test("the page begins with the workspace that the server opened", () => {
  const state = begin();
  assert.deepEqual([state.workspace, state.files["server.py"], state.version], ["scratch", "a", 2]);
});

test("a reloaded page goes on with the sandbox that is running", () => {
  const sandbox = {
    id: "s1",
    exercise: "scratch",
    state: "ready",
    started_at: 10,
    trace: [{ frame: "2" }],
    output: [{ stream: "stdout", text: "hi" }],
  };
  const state = stateFromPage({ ...PAGE, sandbox });
  assert.deepEqual([state.sandbox.startedAt, state.traceRows.length, state.output.length], [10, 1, 1]);
});

test("a new sandbox empties the log and the wire; a late word about the old one changes nothing", () => {
  let state = begin();
  state = apply(state, onSandboxState(state, { id: "old", state: "ready", exercise: "scratch" }));
  state = apply(state, onOutput(state, { id: "old", stream: "stdout", text: "from the old one" }));
  state = apply(
    state,
    onRunAcknowledged(state, { id: "new", url: "/sandbox/new/", state: "starting" }, started("add")),
  );
  assert.deepEqual([state.sandbox.id, state.sandbox.exercise, state.output], ["new", "add", []]);
  assert.deepEqual(onSandboxState(state, { id: "old", state: "stopped", code: "replaced" }), {});
  assert.deepEqual(onOutput(state, { id: "old", stream: "stdout", text: "late" }), {});
});

test("an acknowledgement that comes after the announcement does not take the state back", () => {
  let state = begin({ runPending: true });
  state = apply(state, onSandboxState(state, { id: "s", state: "ready", started_at: 5 }));
  state = apply(
    state,
    onRunAcknowledged(state, { id: "s", url: "/sandbox/s/", state: "starting" }, started("scratch")),
  );
  assert.deepEqual([state.sandbox.state, state.runPending], ["ready", false]);
});

test("what runs is what was sent to be run, whatever the editor holds by then", () => {
  const page = { ...PAGE, examples: { echo: { source: "sent" } } };
  let state = begin({ page });
  state = apply(state, onSandboxState(state, { id: "s", state: "ready", exercise: "scratch" }));
  assert.equal(state.ran["server.py"], "a"); // another tab's, or our own whose acknowledgement is on its way
  state = apply(state, onRunAcknowledged(state, { id: "s", state: "starting" }, started("scratch")));
  assert.deepEqual(
    [state.ran["server.py"], isOfExample(state, "echo"), isOfExample(state, "gone")],
    ["sent", true, false],
  );
  assert.equal(isOfExample(apply(state, { files: { "server.py": "newer" } }), "echo"), true);
  const sandbox = { id: "s", exercise: "scratch", state: "ready" };
  assert.equal(
    stateFromPage({ ...page, sandbox: { ...sandbox, files: { "server.py": "sent" } } }).ran["server.py"],
    "sent",
  );
  assert.equal(stateFromPage({ ...page, sandbox }).ran["server.py"], "a");
});

test("a sandbox that has ended stays ended", () => {
  let state = begin();
  state = apply(state, onSandboxState(state, { id: "s", state: "starting" }));
  state = apply(state, onSandboxState(state, { id: "s", state: "crashed", error: { type: "NameError", line: 3 } }));
  assert.equal(state.highlightedLine, 3);
  state = apply(state, onSandboxState(state, { id: "s", state: "ready" }));
  assert.equal(state.sandbox.state, "crashed");
});

test("the wire keeps its newest rows as the same objects, and counts what was dropped", () => {
  let state = begin();
  state = apply(state, onSandboxState(state, { id: "s", state: "ready" }));
  const rows = Array.from({ length: TRACE_CAP + 10 }, (_, n) => ({ n }));
  state = apply(state, onTrace(state, { id: "s", rows, dropped: 4 }));
  assert.equal(state.traceRows.length, TRACE_CAP);
  assert.equal(state.traceRows.at(-1), rows.at(-1));
  assert.equal(state.traceDropped, 4);
});

test("a killed server that is started again goes on with its wire and its faults, and its clock begins anew", () => {
  let state = stateFromPage({
    ...PAGE,
    sandbox: { id: "s", state: "ready", started_at: 5, starts: 1, trace: [{ frame: "2" }] },
  });
  const faults = { A: { frozen: true } };
  state = apply(state, onFaults(state, { id: "s", faults }));
  assert.deepEqual(onFaults(state, { id: "another", faults: {} }), {});
  state = apply(state, onSandboxState(state, { id: "s", state: "crashed", code: "killed_by_learner", starts: 1 }));
  assert.deepEqual(
    onSandboxState(state, { id: "s", state: "ready", starts: 1 }),
    {},
    "a late word of the one that died",
  );
  state = apply(state, onSandboxState(state, { id: "s", state: "starting", starts: 2 }));
  assert.deepEqual([state.sandbox.state, state.sandbox.startedAt, state.traceRows.length], ["starting", null, 1]);
  state = apply(state, onSandboxState(state, { id: "s", state: "ready", starts: 2, started_at: 9 }));
  assert.deepEqual([state.sandbox.state, state.sandbox.startedAt, state.faults], ["ready", 9, faults]);
});

test("marks of the running sandbox are kept up to a cap, and begin anew with the next one", () => {
  let state = stateFromPage({ ...PAGE, sandbox: { id: "s", state: "ready", marks: [{ kind: "opened" }] } });
  assert.equal(state.traceMarks.length, 1);
  const marks = Array.from({ length: MARKS_CAP }, (_, i) => ({ kind: "lost", time: i }));
  assert.deepEqual(onMarks(state, { id: "another", marks }), {});
  state = apply(state, onMarks(state, { id: "s", marks }));
  assert.equal(state.traceMarks.length, MARKS_CAP);
  assert.equal(state.traceMarks[0], marks[0]);
  state = apply(state, onSandboxState(state, { id: "next", state: "starting" }));
  assert.deepEqual(state.traceMarks, []);
});

test("results of a check fill its own workspace, in sight or not", () => {
  let state = begin();
  state = apply(state, withChecks(state, "add", { running: true, run: null, total: 2 }));
  state = apply(state, onCheckResult(state, { check_run: "r", name: "adds", outcome: "passed" }));
  state = apply(state, onCheckResult(state, { check_run: "r", name: "alone", outcome: "failed" }));
  state = apply(state, onCheckFinished(state, { check_run: "r", exercise: "add", passed: 1, total: 2, error: null }));
  assert.equal(state.checks.results.length, 0);
  assert.deepEqual([state.checksOf.add.passed, state.checksOf.add.running], [1, false]);
  assert.equal(state.page.workspaces.add.done, false);
});

test("a check that waits has a place in line until its turn comes", () => {
  let state = begin();
  const place = (run, number) => onCheckWaits(state, { check_run: run, exercise: "add", place: number });
  assert.deepEqual(place("r", 3), {}, "nothing was asked for here");
  state = apply(state, withChecks(state, "add", { running: true, run: null }));
  state = apply(state, place("r", 3));
  assert.equal(state.checksOf.add.place, 3, "it is told before the acknowledgement names the run");
  state = apply(state, withChecks(state, "add", { run: "r" }));
  state = apply(state, place("another tab's", 7));
  state = apply(state, place("r", 0));
  assert.equal(state.checksOf.add.place, 0);
  assert.deepEqual(onCheckWaits(state, { check_run: "r", exercise: "gone", place: 1 }), {});
});

test("passing everything marks the workspace as done, and a later failure does not take it back", () => {
  let state = begin();
  state = apply(state, onCheckFinished(state, { check_run: "r", exercise: "add", passed: 2, total: 2 }));
  state = apply(state, onCheckFinished(state, { check_run: "q", exercise: "add", passed: 0, total: 2 }));
  assert.equal(state.page.workspaces.add.done, true);
});

test("a check that another tab began is shown here too, without the results before it", () => {
  let state = begin({ workspace: "add" });
  state = apply(state, withChecks(state, "add", { run: "old", results: [{ name: "adds", outcome: "failed" }] }));
  state = apply(state, onCheckResult(state, { check_run: "new", exercise: "add", name: "alone", outcome: "passed" }));
  assert.deepEqual(
    state.checks.results.map((result) => result.name),
    ["alone"],
  );
  assert.equal(state.checks.running, true);
});

test("a check that broke keeps its error and ends", () => {
  let state = begin({ workspace: "add" });
  state = apply(state, withChecks(state, "add", { running: true }));
  const error = { code: "check_error", message: "Our fault." };
  state = apply(state, onCheckFinished(state, { check_run: "r", exercise: "add", passed: 0, total: 0, error }));
  assert.deepEqual([state.checks.running, state.checks.error], [false, error]);
});

test("what a program runs under is said where it is a choice, or not the ordinary thing", () => {
  const runtimes = [
    { id: "threading", name: "threading" },
    { id: "gevent-patched", name: "gevent, monkey-patched" },
  ];
  const page = (offered) => ({ ...PAGE, workspaces: { scratch: { ...PAGE.workspaces.scratch, runtimes: offered } } });
  const of = (offered, runtime) => runtimeOf({ page: page(offered), sandbox: { exercise: "scratch", runtime } });
  assert.equal(of(runtimes, "gevent-patched"), "gevent, monkey-patched");
  assert.equal(of(runtimes, "threading"), "threading");
  assert.equal(of(runtimes.slice(0, 1), "threading"), "");
  assert.equal(of(runtimes.slice(1), null), "gevent, monkey-patched");
  const told = onRunAcknowledged(begin(), { id: "s", state: "starting" }, started("scratch", "gevent"));
  assert.equal(told.sandbox.runtime, "gevent");
});

test("a newer text brings its programs and tasks, and leaves the learner's own things alone", () => {
  const mine = {
    title: "Add",
    files: { "server.py": "mine" },
    version: 4,
    hints_seen: ["one"],
    runtime: "gevent",
    total: 0,
  };
  const state = begin({
    page: { ...PAGE, workspaces: { ...PAGE.workspaces, add: mine } },
    files: { "server.py": "typed" },
  });
  const told = {
    title: "Add up",
    files: { "server.py": "b" },
    version: 0,
    hints_seen: [],
    runtimes: [{ id: "threading" }],
    runtime: "threading",
    total: 1,
  };
  const after = apply(
    state,
    onNewText(state, { title: "Events", examples: { echo: {} }, workspaces: { add: told, fresh: told } }),
  );
  const { title, files, version, hints_seen: seen, runtime, total } = after.page.workspaces.add;
  assert.deepEqual(
    [title, files["server.py"], version, seen, runtime, total],
    ["Add up", "mine", 4, ["one"], "threading", 1],
  );
  assert.deepEqual(
    [after.files["server.py"], Object.keys(after.page.examples), after.checksOf.fresh.total],
    ["typed", ["echo"], 1],
  );
  assert.ok("scratch" in after.page.workspaces);
});

test("results of another tab are about the program that came from there before them", () => {
  let state = begin({ workspace: "add", files: { "server.py": "theirs" } });
  state = apply(state, onCheckResult(state, { check_run: "r1", exercise: "add", name: "one", outcome: "passed" }));
  state = apply(state, { files: { "server.py": "mine" } });
  state = apply(state, onCheckResult(state, { check_run: "r1", exercise: "add", name: "two", outcome: "passed" }));
  assert.equal(state.checks.files["server.py"], "theirs");
});
