import assert from "node:assert/strict";
import { test } from "node:test";

import { faultsInWords, saidOf } from "../../static/js/clients/fault_words.js";

const HEALTHY = { delay: 0, drop: "", frozen: false, polling: false, offline: 0 };

test("a client without faults has no words", () => {
  assert.deepEqual(faultsInWords(undefined), []);
  assert.deepEqual(faultsInWords(HEALTHY), []);
  assert.equal(saidOf("Client A", undefined), "Client A: all well again.");
});

test("each fault has its icon and its words, the gravest first", () => {
  const all = faultsInWords({ delay: 300, drop: "sent", frozen: true, polling: true, offline: 9.2 });
  assert.deepEqual(
    all.map(({ icon }) => icon),
    ["frozen", "offline", "slow", "no-websocket", "cut"],
  );
  assert.deepEqual(
    all.map(({ text }) => text),
    ["Frozen", "No network · 10 s", "+300 ms each way", "Polling only", "Cut at next event sent"],
  );
  assert.deepEqual(faultsInWords({ ...HEALTHY, offline: 9.2 }, 0), [], "the page counts down by itself");
});

test("what is said aloud has no signs that only eyes can read", () => {
  const said = saidOf("Client B", { ...HEALTHY, delay: 300, offline: 10 });
  assert.equal(said, "Client B: No network for 10 s; 300 ms each way.");
});
