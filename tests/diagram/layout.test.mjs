import assert from "node:assert/strict";
import { test } from "node:test";
import { layOut } from "../../static/js/diagram/layout.js";
import { buildModel } from "../../static/js/diagram/model.js";
import { shapesOf } from "../../static/js/diagram/shapes.js";
import { svgText } from "../../static/js/diagram/svg_text.js";
import { randomTraffic } from "./random_traffic.mjs";

const row = (client, direction, frame, time) => ({
  client,
  direction,
  frame,
  time,
  transport: "websocket",
  size: frame.length,
});

test("entries stand below each other, inside the drawing, at every width", () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const model = buildModel({ rows: randomTraffic(seed) });
    for (const width of [300, 390, 700, 1400]) {
      const layout = layOut(model, { width });
      assert.equal(layout.items.filter(({ entry }) => entry).length, model.entries.length);
      let end = 0;
      for (const item of layout.items) {
        assert.ok(item.y >= end, `seed ${seed}: ${item.key}`);
        end = item.y + item.height;
      }
      assert.ok(layout.height >= end && layout.serverX < layout.width);
      assert.ok([...layout.columns.values()].every((x) => x > layout.gutter && x < layout.serverX));
    }
  }
});

test("every arrow of every entry is drawn once, and never outside its columns", () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const layout = layOut(buildModel({ rows: randomTraffic(seed) }, { fold: false }), { width: 700 });
    for (const item of layout.items.filter(({ entry }) => entry)) {
      const ways = shapesOf(item, layout).filter(({ attrs }) => attrs.class.startsWith("seq-way"));
      assert.equal(ways.length, item.entry.legs.length);
      assert.ok(!JSON.stringify(ways).includes("NaN"));
    }
  }
});

test("a silence is shortened to one line that says how long it was", () => {
  const layout = layOut(
    buildModel({
      rows: [row("A", "sent", '42["x"]', 1), row("A", "sent", '42["y"]', 21.5), row("A", "sent", '42["z"]', 22)],
    }),
  );
  assert.deepEqual(
    layout.items.map(({ entry }) => entry === null),
    [false, true, false, false],
  );
  const said = shapesOf(layout.items[1], layout).find(({ tag }) => tag === "text").text;
  assert.match(said, /^20.* s left out/);
  assert.ok(layout.height < 200);
});

test("brackets that overlap stand apart", () => {
  const rows = [
    row("A", "sent", '420["a"]', 1),
    row("A", "sent", '421["b"]', 1.01),
    row("A", "received", "430[]", 1.02),
    row("A", "received", "431[]", 1.03),
    row("A", "sent", '422["c"]', 1.04),
    row("A", "received", "432[]", 1.05),
  ];
  const { brackets } = layOut(buildModel({ rows }));
  assert.deepEqual(
    [...brackets.values()].map(({ depth }) => depth),
    [0, 1, 0],
  );
});

test("a replay shows the arrows that have left by then", () => {
  const layout = layOut(
    buildModel({ rows: [row("A", "received", '42["x"]', 1), row("B", "received", '42["x"]', 1.1)] }),
  );
  const count = (until) =>
    shapesOf(layout.items[0], layout, until).filter(({ attrs }) => attrs.class.startsWith("seq-way")).length;
  assert.deepEqual([count(1), count(1.1), count(Infinity)], [1, 2, 2]);
});

test("the file is SVG, whatever a client sent", () => {
  const layout = layOut(
    buildModel({
      rows: [row('<x a="', "sent", '42["</text><script>\\u0000 & \ud800"]', 1), row("A", "sent", "42[\u0001", 2)],
    }),
  );
  const text = svgText(layout);
  assert.ok(!text.includes("<script") && !/[\u0000-\u0008]/.test(text) && text.isWellFormed());
  assert.equal(text.match(/<g/g).length, text.match(/<\/g>/g).length);
});

test("a question is called unanswered once time has passed, not while its answer may be on the way", () => {
  const rows = [
    row("A", "sent", '420["a"]', 1),
    row("A", "sent", '421["b"]', 3),
    row("A", "received", "431[]", 3.01),
    row("A", "sent", '422["c"]', 3.02),
  ];
  const layout = layOut(buildModel({ rows }));
  const told = layout.items
    .filter(({ entry }) => entry)
    .map((item) => JSON.stringify(shapesOf(item, layout)).includes("no answer"));
  assert.deepEqual(told, [true, false, false, false]);
});
