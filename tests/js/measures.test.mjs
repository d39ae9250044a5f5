import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, compareClocks, duration, median, resultOf } from "../../static/js/exhibits/measures.js";

test("the median is the middle, and nothing has none", () => {
  assert.equal(median([]), null);
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 9, 1, 2]), 5.5);
});

test("times and sizes are told in the unit that suits them", () => {
  assert.deepEqual([null, 0.84, 12.3, 1_449].map(duration), ["–", "0.8 ms", "12 ms", "1.45 s"]);
  assert.deepEqual([12, 2_048].map(bytes), ["12 B", "2.0 KB"]);
});

test("the quickest answer tells the server's clock best", async () => {
  // The page asks at 0, 100 and 200 ms; the answers take 80, 4 and 40 ms; the server's clock is 5 s ahead.
  const page = [0, 80, 100, 104, 200, 240];
  const server = [5.01, 5.102, 5.205];
  const found = await compareClocks(async () => server.shift(), { times: 3, now: () => page.shift() });
  assert.equal(found.error, 2);
  assert.ok(Math.abs(found.offset - 5_000) < 1e-6);
});

const lane = (name, delay, requests, received = 16) => ({ name, delay, requests, received });

test("a race is told in one sentence, from its own numbers", () => {
  assert.equal(
    resultOf([lane("polling", 520, 5), lane("long-polling", 4, 17), lane("WebSocket", 2, 1)]),
    "A typical message came 520 ms late by polling (5 requests), 4.0 ms late by long-polling (17 requests) and 2.0 ms late by WebSocket (1 request): polling was 260 times as late as WebSocket.",
  );
});

test("a lane without messages is said to have brought none, and small differences are no difference", () => {
  assert.match(
    resultOf([lane("polling", 5, 5), lane("WebSocket", 4, 1), lane("SSE", null, 1, 0)]),
    /; SSE brought nothing: this time there was little between them\.$/,
  );
  assert.equal(resultOf([lane("polling", null, 5, 0)]), "polling brought nothing.");
});
