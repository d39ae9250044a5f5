import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled, taskSlot } from "../../static/js/core/tasks.js";

test("the newest task wins; the one before it is cancelled though its work goes on", async () => {
  const slot = taskSlot();
  let finish;
  const first = slot.start(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  const second = slot.start(async () => "second");
  finish("first");
  await assert.rejects(first, Cancelled);
  assert.equal(await second, "second");
  assert.equal(slot.running, false);
});

test("a cancelled task's signal is aborted", async () => {
  const slot = taskSlot();
  let signal;
  const task = slot.start((given) => {
    signal = given;
    return new Promise(() => {});
  });
  slot.cancel();
  await assert.rejects(task, Cancelled);
  assert.equal(signal.aborted, true);
});
