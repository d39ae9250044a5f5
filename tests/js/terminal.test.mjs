import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalProgram } from "../../static/js/clients/terminal.js";

const HERE = { origin: "http://here", path: "/sandbox/s1/terminal/socket.io", namespace: "/", auth: undefined };
const call = (event, args) => /print\(sio\.call\((.*)\)\) {2}#/.exec(terminalProgram({ ...HERE, event, args }))[1];

test("it joins the server that runs, as a client of its own", () => {
  const program = terminalProgram({ ...HERE, event: "add", args: [] });
  assert.match(program, /sio\.connect\("http:\/\/here", socketio_path="\/sandbox\/s1\/terminal\/socket\.io"\)/);
});

test("several arguments are a tuple, one is itself, none is nothing", () => {
  assert.deepEqual(
    [call("add", [2, 3]), call("say", ["hi"]), call("list", [[1]]), call("now", [])],
    ['"add", (2, 3)', '"say", "hi"', '"list", [1]', '"now"'],
  );
});

test("what JSON and Python write differently is written as Python does", () => {
  assert.equal(
    call("x", [{ on: true, off: false, 'no"ne': null, deep: [[1.5, "é\n"]] }]),
    '"x", {"on": True, "off": False, "no\\"ne": None, "deep": [[1.5, "é\\n"]]}',
  );
});

test("a lone null is an argument, and what is beyond JSON's numbers is null as on the card", () => {
  assert.deepEqual(
    [call("x", [null]), call("x", [null, 1]), call("x", [[Infinity]])],
    ['"x", (None,)', '"x", (None, 1)', '"x", [None]'],
  );
});

test("it goes where the card goes, with what the card shows at the door", () => {
  const program = terminalProgram({
    ...HERE,
    event: "join",
    args: ["red"],
    namespace: "/game",
    auth: { token: "t", on: true },
  });
  assert.match(program, /sio\.on\("\*", print, namespace="\/game"\)/);
  assert.match(program, /terminal\/socket\.io", namespaces="\/game", auth=\{"token": "t", "on": True\}\)/);
  assert.match(program, /sio\.call\("join", "red", namespace="\/game"\)/);
});
