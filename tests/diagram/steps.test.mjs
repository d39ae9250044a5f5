import assert from "node:assert/strict";
import { test } from "node:test";
import { sayStep, stepsOf } from "../../static/js/diagram/steps.js";

const row = (client, direction, frame) => ({
  client,
  direction,
  frame,
  time: 0,
  transport: "websocket",
  size: frame.length,
});

test("what clients did becomes steps for the panes that play them", () => {
  const { panes, steps } = stepsOf([
    row("sender", "received", "0{}"),
    row("sender", "sent", '40/chat,{"token":1}'),
    row("sender", "received", "40/chat,{}"),
    row("other", "sent", "40{}"),
    row("sender", "sent", '42/chat,7["say","hi",2]'),
    row("other", "sent", '451-["file",{"_placeholder":true,"num":0}]'),
    row("other", "sent", "bAA=="),
    row("other", "sent", "3"),
    row("other", "sent", '431["to the server"]'),
    row("other", "sent", "41"),
    row("other", "sent", "1"),
  ]);
  assert.deepEqual(
    [...panes],
    [
      ["sender", "A"],
      ["other", "B"],
    ],
  );
  assert.deepEqual(
    steps.map((step) => `${step.pane}: ${sayStep(step)}`),
    [
      'A: connect to /chat, auth {"token":1}',
      "B: connect",
      'A: emit say "hi", 2 in /chat, wait for the ack',
      "B: emit file, with a file",
      "B: disconnect",
    ],
  );
});
