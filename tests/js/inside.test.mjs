import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressee,
  byNamespace,
  doer,
  duration,
  HANDLERS_CAP,
  keyOf,
  onInside,
  reached,
  shortSid,
} from "../../static/js/core/inside.js";
import { onRunAcknowledged, stateFromPage } from "../../static/js/core/state.js";

const room = (name, clients, namespace = "/") => ({ namespace, room: name, kind: "room", clients });
const own = (sid, client, namespace = "/") => ({ namespace, room: sid, kind: "own", clients: [client] });
const all = (clients, namespace = "/") => ({ namespace, room: "", kind: "all", clients });
const emit = (to, namespace = "/") => ({ event: "said", namespace, to, skip: false });
const ROOMS = [
  all(["B", "A"]),
  own("sid-b", "B"),
  own("sid-a", "A"),
  room("red", ["A"]),
  all(["C"], "/game"),
  own("sid-c", "C", "/game"),
  room("red", ["C"], "/game"),
];

test("an emission reaches the room that it names, in its own namespace", () => {
  assert.deepEqual(reached(emit("room:red"), "A", ROOMS), [keyOf(room("red", []))]);
  assert.deepEqual(reached(emit("room:red", "/game"), "C", ROOMS), [keyOf(room("red", [], "/game"))]);
  assert.deepEqual(reached(emit("all"), "A", ROOMS), [keyOf(all([]))]);
  assert.deepEqual(reached(emit("self"), "A", ROOMS), [keyOf(own("sid-a"))]);
  assert.deepEqual(reached(emit("client:B"), "A", ROOMS), [keyOf(own("sid-b"))]);
  assert.deepEqual(reached(emit("client:nobody"), "A", ROOMS), []);
});

test("namespaces are drawn one after the other, the program's rooms apart from the clients' own", () => {
  const [first, second, ...more] = byNamespace({ rooms: ROOMS, handlers: [] });
  assert.deepEqual([first.namespace, second.namespace, more], ["/", "/game", []]);
  assert.deepEqual(
    [first.everybody.clients, first.rooms.map((each) => each.room), first.own.map((each) => each.room)],
    [["A", "B"], ["red"], ["sid-a", "sid-b"]],
  );
});

test("a room that something was sent to stays in sight though nobody is in it, the newest three", () => {
  const handlers = ["one", "two", "red", "three", "one", "four"].map((name) => ({ emits: [emit(`room:${name}`)] }));
  const [{ rooms }] = byNamespace({ rooms: ROOMS, handlers });
  assert.deepEqual(
    rooms.map((each) => [each.room, each.clients.length]),
    [
      ["red", 1],
      ["three", 0],
      ["one", 0],
      ["four", 0],
    ],
  );
});

test("times and addressees in words", () => {
  assert.deepEqual([0.0006, 0.0426, 0.1, 12.345].map(duration), ["0.6 ms", "43 ms", "0.10 s", "12.35 s"]);
  const words = [
    emit("self"),
    emit("all"),
    { ...emit("all"), skip: true },
    emit("room:red"),
    { ...emit("room:red"), skip: true },
    emit("client:phone"),
  ].map(addressee);
  assert.deepEqual(words, [
    "its own client",
    "everybody",
    "everybody but one",
    "room red",
    "room red but one",
    "client phone",
  ]);
  assert.deepEqual([shortSid("phone"), shortSid("gHBJAKpvZBUTZBxpAAAB")], ["phone", "gHBJAK…"]);
});

test("what no handler did is said to be so, with the route where there is one", () => {
  assert.deepEqual(doer({ kind: "handler", client: "A", event: "join" }), { client: "A", what: "join" });
  assert.deepEqual(doer({ kind: "emits", route: null }), { client: null, what: "no handler" });
  assert.deepEqual(doer({ kind: "emits", route: "GET /news" }), { client: null, what: "GET /news" });
});

const PAGE = { workspaces: {}, examples: {}, sandbox: { id: "s", state: "ready" } };
const apply = (state, patch) => ({ ...state, ...patch });

test("a newer word about a handler takes the place of the older one, and the last rooms count", () => {
  let state = stateFromPage(PAGE);
  const began = { kind: "began", run: 1, time: 1, emits: [] };
  const red = [room("red", ["A"])];
  state = apply(
    state,
    onInside(state, { id: "s", reports: [began, { kind: "emits", run: 2, emits: [] }, { kind: "rooms", rooms: red }] }),
  );
  assert.deepEqual([state.inside.handlers.map(({ kind }) => kind), state.inside.rooms], [["began", "emits"], red]);
  const ended = { ...began, kind: "handler", seconds: 0.3 };
  state = apply(state, onInside(state, { id: "s", reports: [ended, { kind: "rooms", rooms: [] }] }));
  assert.deepEqual([state.inside.handlers.map(({ kind }) => kind), state.inside.rooms], [["handler", "emits"], []]);
  assert.deepEqual(onInside(state, { id: "another", reports: [began] }), {});
  const many = Array.from({ length: HANDLERS_CAP + 5 }, (_, run) => ({ ...ended, run: run + 10 }));
  state = apply(state, onInside(state, { id: "s", reports: many }));
  assert.deepEqual([state.inside.handlers.length, state.inside.handlers.at(-1)], [HANDLERS_CAP, many.at(-1)]);
  state = apply(state, onRunAcknowledged(state, { id: "t", state: "starting" }, { exercise: "scratch", files: {} }));
  assert.deepEqual(state.inside, { handlers: [], rooms: [] });
});

test("a reloaded page knows what went on inside", () => {
  const inside = { handlers: [{ kind: "handler", run: 1 }], rooms: [room("red", ["A"])] };
  assert.deepEqual(stateFromPage({ ...PAGE, sandbox: { ...PAGE.sandbox, inside } }).inside, inside);
});
