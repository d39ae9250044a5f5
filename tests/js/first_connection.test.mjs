import assert from "node:assert/strict";
import { test } from "node:test";
import { firstConnection, readCapture } from "../../static/js/exhibits/first_connection.js";

const row = (client, direction, frame, transport = "polling", time = 0) => ({
  client,
  direction,
  frame,
  transport,
  time,
  size: frame.length,
});
const OPEN = '0{"sid":"x","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}';
const upgrade = (client) => [
  row(client, "received", OPEN),
  row(client, "sent", "40"),
  row(client, "received", '40{"sid":"y"}'),
  row(client, "sent", "2probe"),
  row(client, "received", "3probe"),
  row(client, "received", "6"),
  row(client, "sent", "5"),
];
const frames = ({ rows }) => rows.map(({ frame }) => frame);

test("a connection that upgrades is whole with the upgrade, and what follows is not part of it", () => {
  const rows = [...upgrade("A"), row("A", "sent", '420["add",2,3]', "websocket")];
  assert.equal(firstConnection(rows.slice(0, 4)).whole, false);
  assert.deepEqual(frames(firstConnection(rows)), [OPEN, "40", '40{"sid":"y"}', "2probe", "3probe", "6", "5"]);
  assert.equal(firstConnection(rows).whole, true);
});

test("over WebSocket alone it is whole when the server lets the client in, or refuses it", () => {
  const open = row("B", "received", '0{"sid":"x","upgrades":[]}', "websocket");
  const asked = row("B", "sent", "40", "websocket");
  assert.deepEqual(
    frames(
      firstConnection([
        open,
        asked,
        row("B", "received", '40{"sid":"y"}', "websocket"),
        row("B", "received", '42["hi"]', "websocket"),
      ]),
    ).length,
    3,
  );
  assert.equal(firstConnection([open, asked, row("B", "received", '44{"message":"no"}', "websocket")]).whole, true);
});

test("client A is preferred, other clients and heartbeats are left out", () => {
  const rows = [
    upgrade("C")[0],
    ...upgrade("A").flatMap((each) => [each, row("A", "received", "2", "websocket"), row("C", "sent", "40")]),
  ];
  assert.deepEqual(new Set(firstConnection(rows).rows.map(({ client }) => client)), new Set(["A"]));
  assert.equal(firstConnection(rows).rows.length, 7);
});

test("without a beginning there is nothing", () => {
  assert.deepEqual(firstConnection([row("A", "received", '42["tick",1]', "websocket")]), { rows: [], whole: false });
});

test("what a browser kept is taken only when it is rows", () => {
  const kept = upgrade("A");
  assert.deepEqual(readCapture(JSON.stringify(kept)), kept);
  assert.deepEqual(["{", '"x"', "[1,null]", '[{"frame":4}]', null].map(readCapture), [[], [], [], [], []]);
});
