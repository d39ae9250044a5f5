import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEngine } from "../../static/js/wire/engineio.js";
import { explain } from "../../static/js/wire/explain.js";
import { complaintOf, frameFor, parseArgs } from "../../static/js/wire/payload.js";
import { parseSocket } from "../../static/js/wire/socketio.js";

const READ = [
  ["", []],
  ["   ", []],
  ["2, 3", [2, 3]],
  ["[2, 3]", [[2, 3]]],
  ['"hi"', ["hi"]],
  ['{"x": 1}, null, true', [{ x: 1 }, null, true]],
  ['"a, \\"b\\""', ['a, "b"']],
  ['"👋🏽 é"', ["👋🏽 é"]],
  ["-1.5e3", [-1500]],
  ['"it\'s"', ["it's"]],
];
for (const [text, args] of READ)
  test(`it reads ${text || "nothing"}`, () => assert.deepEqual(parseArgs(text), { args, error: "" }));

const ADVICE = [
  ["hi", 'Text needs double quotes: "hi"'],
  ["'hi'", 'JSON wants double quotes: "hi"'],
  ["True", /true, false and null, in small letters/],
  ["None, 1", /true, false and null/],
  ['"open', /quote is opened/],
  ["{x: 1}", /quotes around names/],
  ["2,", /comma too many/],
  ["[1, 2,]", /comma too many/],
  ["[1, 2", /bracket is opened/],
  ["1]", /bracket is closed/],
  ["1 2", /commas stand between/],
  [", 1", /commas stand between/],
  ["01", /not JSON/],
  ["undefined", /double quotes/],
];
for (const [text, advice] of ADVICE) {
  test(`it says what to write instead of ${text}`, () => {
    const { args, error } = parseArgs(text);
    assert.deepEqual(args, []);
    if (typeof advice === "string") assert.equal(error, advice);
    else assert.match(error, advice);
  });
}

test("a complaint names the place as a reader counts it", () => {
  const of = (text) => complaintOf(parseArgs(text), text);
  assert.equal(of("2, three"), 'Character 4: Text needs double quotes: "three"');
  assert.equal(of("[1, 2 "), "At the end: A bracket is opened and never closed.");
  assert.equal(of("2, 3"), "");
});

test("closing the list early does not smuggle anything in", () => {
  assert.notEqual(parseArgs("1], [2").error, "");
});

test("a frame is what socket.io-client puts on the wire", () => {
  assert.equal(frameFor({ event: "add", args: [2, 3] }), '42["add",2,3]');
  assert.equal(frameFor({ event: "add", args: [2, 3], ack: 0 }), '420["add",2,3]');
  assert.equal(frameFor({ event: "echo", args: [], namespace: "/chat", ack: 7 }), '42/chat,7["echo"]');
  assert.equal(
    frameFor({ event: "file", args: [{ data: new Uint8Array([1]) }, new Uint8Array([2])], ack: 2 }),
    '452-2["file",{"data":{"_placeholder":true,"num":0}},{"_placeholder":true,"num":1}]',
  );
});

/** Numbers from a seed (mulberry32): a failure names its seed, and comes again. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const LETTERS = [..."ab0192-/,[]{}\"'\\: \n\u0000é", "👋", "\u2028"];

function anyValue(random, depth = 0) {
  const pick = Math.floor(random() * (depth < 3 ? 7 : 5));
  const several = (make) => Array.from({ length: Math.floor(random() * 4) }, make);
  if (pick === 0) return null;
  if (pick === 1) return random() < 0.5;
  if (pick === 2) return Math.round((random() - 0.5) * 1e6);
  if (pick === 3) return random() * 1e-5;
  if (pick === 4) return anyText(random);
  if (pick === 5) return several(() => anyValue(random, depth + 1));
  return Object.fromEntries(several(() => [`k${anyText(random)}`, anyValue(random, depth + 1)]));
}

function anyText(random) {
  return Array.from({ length: Math.floor(random() * 12) }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join(
    "",
  );
}

test("whatever is emitted is read back the same, a thousand times", () => {
  for (let seed = 1; seed <= 1000; seed += 1) {
    const random = randomFrom(seed);
    const event = anyText(random) || "e";
    const args = Array.from({ length: Math.floor(random() * 4) }, () => anyValue(random));
    const namespace = random() < 0.5 ? "/" : `/${["chat", "a-b", "1", "x/y", "9-"][Math.floor(random() * 5)]}`;
    const ack = random() < 0.5 ? null : Math.floor(random() * 1000);
    const frame = frameFor({ event, args, namespace, ack });
    const packet = parseSocket(parseEngine(frame).data);
    assert.deepEqual(
      [packet.problem, packet.name, packet.event, packet.args, packet.namespace, packet.ack],
      ["", "EVENT", event, args, namespace, ack === null ? null : String(ack)],
      `seed ${seed}: ${frame}`,
    );
    assert.equal(
      explain({ frame, direction: "sent" })
        .parts.map(({ text }) => text)
        .join(""),
      frame,
      `seed ${seed}`,
    );
    const typed = parseArgs(args.map((value) => JSON.stringify(value)).join(", "));
    assert.deepEqual(typed, { args, error: "" }, `seed ${seed}`);
  }
});
