import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../static/js/core/store.js";

test("a subscriber hears the present value at once, and then only changes of its own slice", () => {
  const store = createStore({ one: 1, two: 2 });
  const heard = [];
  store.subscribe(
    (state) => state.one,
    (value, before) => heard.push([value, before]),
  );
  store.set({ two: 3 });
  store.set({ one: 4 });
  assert.deepEqual(heard, [
    [1, undefined],
    [4, 1],
  ]);
});

test("a subscriber that has left hears nothing more, even while others are being told", () => {
  const store = createStore({ n: 0 });
  const heard = [];
  let leave = () => {};
  store.subscribe(
    (state) => state.n,
    (n) => n === 1 && leave(),
  );
  leave = store.subscribe(
    (state) => state.n,
    (n) => heard.push(n),
  );
  store.set({ n: 1 });
  assert.deepEqual(heard, [0]);
});

test("a change made by a subscriber reaches the others once, with the newest value last", () => {
  const store = createStore({ n: 0 });
  const heard = [];
  store.subscribe(
    (state) => state.n,
    (n) => n === 1 && store.set({ n: 2 }),
  );
  store.subscribe(
    (state) => state.n,
    (n) => heard.push(n),
  );
  store.set({ n: 1 });
  assert.deepEqual(heard, [0, 2]);
});

test("set takes a function of the state", () => {
  const store = createStore({ n: 1 });
  store.set((state) => ({ n: state.n + 1 }));
  assert.equal(store.get().n, 2);
});
