import assert from "node:assert/strict";
import { test } from "node:test";
import { breaksAt } from "../../static/js/wire/json_place.js";
import { parseArgs } from "../../static/js/wire/payload.js";

const PLACES = [
  ["2, three", 3],
  ["hi", 0],
  ['1, "open', 3],
  ["[1, 2", 5],
  ["1]", 1],
  ["{x: 1}", 1],
  ["2,", 2],
  ["[1,]", 3],
  ["1 2", 2],
  ["01", 1],
  [", 1", 0],
  ['{"a" 1}', 5],
  ['{"a": 1,}', 8],
  ["truely", 4],
  ["\u00a01", 0],
  ['"\n"', 0],
  ["-", 0],
  ["1.", 1],
];
for (const [text, place] of PLACES) {
  test(`it finds place ${place} in ${JSON.stringify(text)}`, () => {
    assert.equal(breaksAt(text), place);
    assert.equal(parseArgs(text).position, place);
  });
}

test("it agrees with JSON.parse on texts made of JSON's own pieces", () => {
  const pieces = [
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    '"a"',
    '"\\u00e9"',
    '"\\x"',
    '"',
    "1",
    "-0",
    "01",
    "2.5e-3",
    "1e",
    "true",
    "nul",
    " ",
    "\n",
    "x",
    ".",
  ];
  let state = 7;
  const random = (count) => {
    // A linear congruential generator: the texts are the same each time.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
  let valid = 0;
  for (let turn = 0; turn < 20_000; turn += 1) {
    const text = Array.from({ length: 1 + random(7) }, () => pieces[random(pieces.length)]).join("");
    if (text.trim() === "") continue;
    let parses = true;
    try {
      JSON.parse(`[${text}]`);
    } catch {
      parses = false;
    }
    if (parses) valid += 1;
    assert.equal(breaksAt(text) === -1, parses, text);
  }
  assert.ok(valid > 200, `${valid} of the texts were JSON: too few to show anything`);
});

test("a thousand brackets do not exhaust it", () => {
  assert.equal(breaksAt("[".repeat(100_000)), 100_000);
  assert.equal(breaksAt("[".repeat(1000) + "]".repeat(1000)), -1);
});
