import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { readPageData } from "../../static/js/core/page_data.js";

const ADDRESS = "/lessons/events/programs.json?v=1";
const programs = () => ({
  examples: {
    shown: { title: "Shown", before: "import x\n", after: "\nrun()\n" },
    hidden: { title: "Hidden", source: "all of it" },
  },
  workspaces: {
    scratch: { title: "Examples", version: 0 },
    add: { title: "Add", version: 0, files: { "server.py": "start" } },
  },
});

/** A document: what the elements with these ids hold. */
function page(data, { address } = {}) {
  const elements = {
    "page-data": data && { textContent: JSON.stringify(data) },
    programs: address && { href: address },
  };
  return {
    getElementById: (id) => elements[id] ?? null,
    querySelector: (selector) => ({ textContent: selector.includes('"shown"') ? "told in the text" : "another" }),
  };
}

const realFetch = globalThis.fetch;
afterEach(() => (globalThis.fetch = realFetch));

test("a page without data has none", async () => {
  assert.equal(await readPageData(page(null)), null);
});

test("a page that brings everything along asks for nothing", async () => {
  globalThis.fetch = () => assert.fail("asked");
  assert.deepEqual(await readPageData(page({ slug: "x", workspaces: { scratch: {} } })), {
    slug: "x",
    workspaces: { scratch: {} },
  });
});

test("a lesson's programs are everybody's, with what is the learner's own", async () => {
  const asked = [];
  globalThis.fetch = (address) => {
    asked.push(address);
    return Promise.resolve({ ok: true, json: async () => programs() });
  };
  const own = { slug: "events", workspaces: { add: { version: 4, files: { "server.py": "mine" } } } };
  const data = await readPageData(page(own, { address: ADDRESS }));
  assert.deepEqual(asked, [ADDRESS]);
  assert.equal(data.slug, "events");
  assert.deepEqual(data.workspaces, {
    scratch: { title: "Examples", version: 0 },
    add: { title: "Add", version: 4, files: { "server.py": "mine" } },
  });
  assert.deepEqual(
    [data.examples.shown.source, data.examples.hidden.source],
    ["import x\ntold in the text\nrun()\n", "all of it"],
  );
});

test("it waits while the network is away, the server says no, or an answer breaks off", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const answers = [
    () => Promise.reject(new TypeError("away")),
    async () => ({ ok: false }),
    async () => ({ ok: true, json: () => Promise.reject(new SyntaxError("half")) }),
    async () => ({ ok: true, json: async () => programs() }),
  ];
  let asked = 0;
  globalThis.fetch = () => answers[asked++]();
  const reading = readPageData(page({ workspaces: {} }, { address: ADDRESS }));
  while (asked < answers.length) {
    await new Promise((soon) => setImmediate(soon));
    context.mock.timers.tick(2_000);
  }
  assert.deepEqual(Object.keys((await reading).workspaces), ["scratch", "add"]);
});
