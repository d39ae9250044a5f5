import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../static/js/wire/explain.js";

const BROKEN = [
  "",
  "b64",
  "7",
  "9hello",
  "hello",
  "4",
  "49",
  "4x",
  "42",
  "42[]",
  "42{}",
  "42[1]",
  '42["ev',
  '42["a",{"b":',
  '42["long…',
  "43",
  "43{}",
  "451-",
  "45",
  "45[1]",
  "40/",
  "40/chat,{",
  "42/chat",
  "4299999999999999999999",
  '42"text"',
  "42null",
  "44",
  "\u0000",
  "４２",
  " {}",
  "\n2",
  "\ud800",
  "2pro",
  "0",
  "0{",
  "1bye",
];

for (const frame of BROKEN) {
  test(`it survives ${JSON.stringify(frame)} and loses none of it`, () => {
    for (const direction of ["sent", "received"]) {
      const { parts, sentence, socket } = explain({ frame, direction });
      assert.equal(parts.map(({ text }) => text).join(""), frame);
      assert.ok(sentence.endsWith(".") && !/undefined|null|NaN/.test(sentence), sentence);
      for (const { meaning } of parts) assert.ok(meaning && !/undefined/.test(meaning), meaning);
      assert.ok(socket === null || Array.isArray(socket.args));
    }
  });
}

test("what is wrong is said, not guessed", () => {
  const problem = (frame) => explain({ frame, direction: "sent" }).sentence;
  assert.match(problem(""), /empty/);
  assert.match(problem("hello"), /“h” is no Engine\.IO packet type/);
  assert.match(problem(" {}"), /“ ” is no Engine\.IO packet type/);
  assert.match(problem("49"), /does not begin with a Socket\.IO packet type/);
  assert.match(problem("42{}"), /EVENT carries a list/);
  assert.match(problem("42[1]"), /begins with its name/);
  assert.match(problem('42["ev'), /not JSON/);
  assert.match(problem("42"), /carries a list/);
});

test("a frame that is missing altogether is told like an empty one", () => {
  for (const frame of [undefined, null, 42]) assert.ok(explain({ frame, direction: "sent" }).sentence.endsWith("."));
});

test("a frame that the trace has cut is told as such, not as broken", () => {
  const frame = `${`42["long","${"x".repeat(8192)}`.slice(0, 8192)}…`;
  const { sentence, parts } = explain({ frame, direction: "sent", size: 70_000 });
  assert.equal(
    sentence,
    "The client sends a long EVENT packet. Only its beginning is kept here: the whole frame has 70000 bytes.",
  );
  assert.equal(parts.map(({ text }) => text).join(""), frame);
  assert.match(explain({ frame: `b${"A".repeat(8192)}…`, direction: "sent", size: 9_000 }).sentence, /9000 bytes/);
});
