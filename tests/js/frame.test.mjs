import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { onceAFrame, whenDrawn } from "../../static/js/dom/turns.js";

let frames = [];
let errors = [];
const did = [];
const note = (what) => () => did.push(what);

/** Let the screen have its next frame. */
function frame() {
  const [now, ...later] = frames;
  frames = later;
  now();
}

beforeEach(() => {
  frames = [];
  errors = [];
  did.length = 0;
  globalThis.requestAnimationFrame = (act) => frames.push(act);
  globalThis.reportError = (error) => errors.push(error);
});

test("what is asked for again and again is drawn once a frame", () => {
  const draw = onceAFrame(note("a"));
  draw();
  draw();
  assert.equal(frames.length, 1);
  frame();
  draw();
  frame();
  assert.deepEqual(did, ["a", "a"]);
});

test("all draw before anybody measures", () => {
  onceAFrame(() => {
    note("draw 1")();
    whenDrawn(note("measure 1"));
  })();
  onceAFrame(() => {
    note("draw 2")();
    whenDrawn(note("measure 2"));
  })();
  frame();
  assert.deepEqual(did, ["draw 1", "draw 2", "measure 1", "measure 2"]);
  assert.equal(frames.length, 0);
});

for (const [turn, ask] of [
  ["drawn", (act) => onceAFrame(act)()],
  ["measured", whenDrawn],
]) {
  test(`what is asked for while something is ${turn} waits for the next frame`, () => {
    const draw = onceAFrame(note("draw"));
    ask(() => {
      note("first")();
      draw();
    });
    frame();
    assert.deepEqual(did, ["first"]);
    frame();
    assert.deepEqual(did, ["first", "draw"]);
  });
}

test("who fails takes the turn from nobody", () => {
  onceAFrame(() => {
    throw new Error("no");
  })();
  onceAFrame(note("next"))();
  frame();
  assert.deepEqual([did, errors.map(({ message }) => message)], [["next"], ["no"]]);
});
