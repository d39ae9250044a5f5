import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Sight } from "../../static/js/traffic/diagram_sight.js";

const HEADS = 30;
let frames = [];
let scroller;
let sight;

function frame() {
  const now = frames;
  frames = [];
  now.forEach((act) => act());
}

beforeEach(() => {
  frames = [];
  globalThis.requestAnimationFrame = (act) => frames.push(act);
  scroller = { clientWidth: 600, clientHeight: 330, scrollTop: 0, isConnected: true };
  sight = new Sight(scroller, HEADS);
  sight.content = 1000;
  sight.measure();
});

test("measuring says whether anything has changed", () => {
  assert.equal(sight.measure(), false);
  scroller.scrollTop = 40;
  assert.equal(sight.measure(), true);
  assert.deepEqual([sight.top, sight.bottom, sight.width], [40, 370, 600]);
});

test("positions are in the picture's units, whatever the zoom", () => {
  sight.zoom = 2;
  scroller.scrollTop = 100;
  sight.measure();
  assert.deepEqual([sight.top, sight.bottom, sight.width], [50, 215, 300]);
  sight.scrollTo(70);
  frame();
  assert.equal(scroller.scrollTop, 140);
});

test("a scroll is known at once and done when all is drawn", () => {
  sight.scrollTo(200);
  assert.deepEqual([sight.top, scroller.scrollTop], [200, 0]);
  frame();
  assert.equal(scroller.scrollTop, 200);
});

test("it scrolls neither above the beginning nor beyond the end", () => {
  sight.scrollTo(-50);
  assert.equal(sight.top, 0);
  sight.scrollTo(5000);
  assert.equal(sight.bottom, HEADS + 1000);
});

test("counting on the end leaves the scrolling to somebody else", () => {
  sight.expectEnd();
  assert.equal(sight.bottom, HEADS + 1000);
  frame();
  assert.equal(scroller.scrollTop, 0);
});

test("what is in sight already stays where it is", () => {
  sight.reveal({ y: 100, height: 20 });
  assert.equal(sight.top, 0);
});

test("what lies below, or above, comes just into sight, clear of the heads", () => {
  sight.reveal({ y: 500, height: 20 });
  assert.equal(sight.top, 500 + 20 - 300 + 8);
  sight.reveal({ y: 100, height: 20 });
  assert.equal(sight.top, 100 - 8);
});

test("a short picture fills what there is", () => {
  sight.content = 10;
  assert.equal(sight.height, 300);
  sight.content = 1000;
  assert.equal(sight.height, 1000);
});

test("one that has left the page is not scrolled", () => {
  sight.scrollTo(200);
  scroller.isConnected = false;
  frame();
  assert.equal(scroller.scrollTop, 0);
});
