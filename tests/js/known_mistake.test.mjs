import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOnThisPage } from "../../static/js/checks/known_mistake.js";

const at = (address) => Object.assign(new URL(address), {});

test("an address on this page is followed within it, whatever its query says", () => {
  const place = at("http://localhost/lessons/events/?mode=build#checks");
  assert.equal(hashOnThisPage("/lessons/events/#answers", place), "#answers");
  assert.equal(hashOnThisPage("/lessons/rooms/#answers", place), "");
  assert.equal(hashOnThisPage("/lessons/events/add/#answers", place), "");
  assert.equal(hashOnThisPage("https://elsewhere.example/lessons/events/#answers", place), "");
  assert.equal(hashOnThisPage("/lessons/events/", place), "");
});
