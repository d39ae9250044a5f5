import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalProgram } from "../../static/js/client/terminal.js";

const call = (event, args) => /print\(sio\.call\((.*)\)\) {2}#/.exec(terminalProgram({ base: "http://here", id: "s1", event, args }))[1];

test("it joins the server that runs, as a client of its own", () => {
  const program = terminalProgram({ base: "http://here", id: "s1", event: "add", args: [] });
  assert.match(program, /sio\.connect\("http:\/\/here", socketio_path="\/sandbox\/s1\/terminal\/socket\.io"\)/);
});

test("several arguments are a tuple, one is itself, none is nothing", () => {
  assert.deepEqual([call("add", [2, 3]), call("say", ["hi"]), call("list", [[1]]), call("now", [])], ['"add", (2, 3)', '"say", "hi"', '"list", [1]', '"now"']);
});

test("what JSON and Python write differently is written as Python does", () => {
  assert.equal(call("x", [{ on: true, off: false, "no\"ne": null, deep: [[1.5, "é\n"]] }]), '"x", {"on": True, "off": False, "no\\"ne": None, "deep": [[1.5, "é\\n"]]}');
});
