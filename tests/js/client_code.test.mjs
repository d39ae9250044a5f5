// Client code in a frame: where its addresses lead, what it says, and what the pane takes of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { previewPath } from "../../static/js/clients/preview_path.js";
import { readReport } from "../../static/js/clients/reports.js";
import { ownAddress, ownOptions, ownPath } from "../../static/js/iframes/own_server.js";
import { argumentsText, consoleText, fileOf, LONGEST, placeOf } from "../../static/js/iframes/words.js";

const HERE = { protocol: "https:", host: "course.example" };
const HOME = "https://course.example";
const SERVER = "/sandbox/w1-x/A";

test("every way to say “my own server” leads there, and another server stays another", () => {
  for (const uri of [undefined, null, "", "http://localhost:5000", "http://127.0.0.1:8000/", HOME]) {
    assert.equal(ownAddress(uri, HERE), HOME);
  }
  for (const uri of ["/chat", "http://localhost:5000/chat", `${HOME}/chat`])
    assert.equal(ownAddress(uri, HERE), `${HOME}/chat`);
  for (const uri of ["https://evil.example", "//evil.example", "evil.example"])
    assert.equal(ownAddress(uri, HERE), uri);
});

test("the connection's path lies below the client's own prefix", () => {
  assert.equal(ownOptions(undefined, SERVER).path, `${SERVER}/socket.io`);
  assert.deepEqual(ownOptions({ path: "/sockets", auth: { a: 1 } }, SERVER), {
    path: `${SERVER}/sockets`,
    auth: { a: 1 },
  });
  assert.equal(ownOptions({ path: "sockets/" }, SERVER).path, `${SERVER}/sockets/`);
});

test("a path that is fetched is the server's; other addresses are left to be refused", () => {
  assert.equal(ownPath("/time", SERVER), `${SERVER}/time`);
  assert.equal(ownPath(`${SERVER}/time`, SERVER), `${SERVER}/time`);
  for (const input of ["time", "//evil.example/", "https://course.example/me/"])
    assert.equal(ownPath(input, SERVER), input);
});

test("what is printed is one line of plain text", () => {
  assert.equal(consoleText(["sum:", 5, { a: [1] }, null, undefined]), 'sum: 5 {"a":[1]} null undefined');
  assert.equal(consoleText([new TypeError("no")]), "TypeError: no");
  const round = {};
  round.itself = round;
  assert.equal(consoleText([round]), "[object Object]");
  assert.equal(argumentsText([1, "a", new Uint8Array(3), () => 1, 9n]), '1, "a", "‹3 bytes›", "9n"');
  assert.equal(consoleText(["x".repeat(LONGEST + 5)]).length, LONGEST + 1);
  assert.equal(fileOf("https://course.example/sandbox/x/~A/client.js?x"), "client.js");
  assert.equal(fileOf("https://course.example/sandbox/x/~A/"), "index.html");
});

test("an error leads to the author's own line, not into a library", () => {
  const stack =
    "TypeError: no\n    at x (https://c.example/static/dist/client-frame-AB12.js:1:200)\n    at draw (https://c.example/sandbox/w1-x/~A/client.js:9:5)";
  assert.deepEqual(placeOf({ stack }), { file: "client.js", line: 9 });
  assert.deepEqual(placeOf({ stack: "draw@client.jsx:4:2\n" }), { file: "client.jsx", line: 4 });
  for (const error of [undefined, "no", { stack: 5 }, { stack: "Error: at nowhere" }])
    assert.deepEqual(placeOf(error), {});
});

test("the pane takes reports of exactly these shapes", () => {
  assert.deepEqual(readReport({ duplex: "state", state: "connected", transport: "websocket", next: 2 }), {
    kind: "state",
    state: { kind: "on", text: "Connected · websocket", reason: "" },
    next: 2,
  });
  assert.deepEqual(readReport({ duplex: "event", name: "news", args: '1, {"a": 2}' }).row, {
    kind: "event",
    name: "news",
    args: [1, { a: 2 }],
    answered: null,
  });
  assert.deepEqual(readReport({ duplex: "console", level: "error", text: "no", file: "client.js", line: 3 }).row, {
    kind: "console",
    level: "error",
    text: "no",
    file: "client.js",
    line: 3,
  });
});

test("anything else that a hostile page may post is dropped, cut or made plain", () => {
  for (const data of [
    null,
    5,
    "state",
    [],
    {},
    { duplex: "run" },
    { duplex: "state", state: "constructor" },
    { duplex: "state", state: "toString" },
  ]) {
    assert.equal(readReport(data), null);
  }
  const row = (data) => readReport({ duplex: "console", ...data }).row;
  assert.deepEqual(row({ level: "is-on x", text: {}, file: "../a b", line: 1 }), {
    kind: "console",
    level: "log",
    text: "",
  });
  assert.deepEqual(row({ text: "a", file: "client.js", line: "1" }), { kind: "console", level: "log", text: "a" });
  assert.equal(row({ text: "x".repeat(10_000) }).text.length, LONGEST + 1);
  assert.deepEqual(readReport({ duplex: "event", name: 7, args: "{oops" }).row, {
    kind: "event",
    name: "",
    args: ["{oops"],
    answered: null,
  });
  const state = readReport({ duplex: "state", state: "refused", transport: "<b>", reason: "r".repeat(900), next: -1 });
  assert.equal(state.state.text, "Refused");
  assert.equal(state.state.reason.length, 201);
  assert.equal(state.next, 0);
});

test("the preview's address field takes paths of the learner's server", () => {
  const paths = {
    "": "/",
    "/": "/",
    about: "/about",
    "/a b?x=1#y": "/a b?x=1#y",
    "http://localhost:5000/a": "/a",
    "HTTP://127.0.0.1:5000": "/",
    "/say?to=http://x": "/say?to=http://x",
  };
  for (const [text, path] of Object.entries(paths)) assert.deepEqual(previewPath(text), { path });
});

test("and nothing that leads elsewhere", () => {
  for (const text of [
    "https://evil.example",
    "//evil.example",
    "http://localhost.evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "../B/",
    "/a/../../~A/",
    "/%2e%2e/x",
    "/a/.%2E/x",
    "/a\\..\\b",
    "/%5c../",
    "/\u0000",
    "/a//b",
  ]) {
    assert.ok(previewPath(text).error, text);
  }
});
