import assert from "node:assert/strict";
import { test } from "node:test";
import { endOf, refusalOf, withoutAnswer } from "../../static/js/clients/client_words.js";

const failed = (status, responseText) =>
  Object.assign(new Error("xhr poll error"), { context: { status, responseText } });

test("the server's refusal of a namespace is told in its own words, with its data", () => {
  assert.deepEqual(refusalOf(Object.assign(new Error("bad token"), { data: { code: 7 } }), { active: false }), {
    final: true,
    text: "Refused",
    reason: 'bad token {"code":7}',
  });
  assert.equal(refusalOf(new Error(""), { active: false }).reason, "The server has no such namespace.");
});

test("an origin that is not accepted is told at once, not tried six times", () => {
  assert.deepEqual(refusalOf(failed(400, '"Not an accepted origin."'), { active: true }), {
    final: true,
    text: "Refused",
    reason: "Not an accepted origin.",
  });
});

test("a program that has ended is told as such", () => {
  const body = JSON.stringify({
    code: "sandbox_ended",
    message: "This program has ended. Press Run to start it again.",
  });
  assert.deepEqual(refusalOf(failed(410, body), { active: true }), {
    final: true,
    text: "Disconnected",
    reason: "This program has ended. Press Run to start it again.",
  });
});

test("what may pass by itself is tried again", () => {
  const again = { final: false, text: "Connecting again", reason: "" };
  for (const error of [
    new Error("websocket error"),
    failed(0, ""),
    failed(502, '"Bad gateway"'),
    failed(400, "<html>"),
    failed(404, "null"),
    failed(400, undefined),
  ]) {
    assert.deepEqual(refusalOf(error, { active: true }), again);
  }
});

test("an acknowledgement that never comes is told apart from a connection that ended", () => {
  assert.match(withoutAnswer("add", 5, true), /“add” within 5 s: no handler has returned one/);
  assert.match(withoutAnswer("add", 5, false), /the connection ended/);
});

test("who ended a connection says why: in the Close frame, or in an answer to long-polling", () => {
  assert.equal(endOf({ context: { code: 1009, reason: "Too large." } }), "Too large.");
  const body = JSON.stringify({ code: "too_large", message: "Too large." });
  assert.equal(endOf(failed(413, body)), "Too large.");
  for (const details of [undefined, {}, { context: { code: 1006, reason: "" } }, { context: { status: 0 } }]) {
    assert.equal(endOf(details), "");
  }
});
