import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { draftsOf } from "../../static/js/core/drafts.js";
import { Work } from "../../static/js/core/work.js";
import { fakeServer, fakeStorage } from "./fakes.mjs";

const program = (text) => ({ "server.py": text });
const place = { slug: "events", workspace: "scratch" };

function open(server, storage = fakeStorage(), more = {}) {
  const states = [];
  const work = new Work({
    ...place,
    storage,
    files: server.files,
    version: server.version,
    request: (event, payload) => server.request(event, payload),
    onChange: ({ state }) => states.push(state),
    ...more,
  });
  return { work, storage, states };
}

async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function withTimers(run) {
  return async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      await run((ms) => mock.timers.tick(ms));
    } finally {
      mock.timers.reset();
    }
  };
}

test(
  "a keystroke is kept in this browser at once and reaches the server within 800 ms",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 1, files: program("a") });
    const { work, storage, states } = open(server);
    work.edit(program("ab"));
    assert.deepEqual(draftsOf({ learner: "", ...place, storage }).all()[0].files, program("ab"));
    pass(300);
    work.edit(program("abc"));
    pass(400);
    await settle();
    assert.equal(server.files["server.py"], "abc");
    assert.equal(server.saves, 1);
    assert.deepEqual([work.state, work.version], ["saved", 2]);
    assert.deepEqual(states, ["local", "local", "saving", "saved"]);
    assert.deepEqual(Object.keys(storage), []);
  }),
);

test(
  "what was loaded says so until it is saved, what is typed after that does not",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 1, files: program("a") });
    const sent = [];
    const { work } = open(server, fakeStorage(), {
      request: (event, payload) => {
        sent.push([payload.files["server.py"], payload.loaded]);
        return server.request(event, payload);
      },
    });
    work.edit(program("another"), true);
    work.edit(program("another one"));
    pass(700);
    await settle();
    work.edit(program("another one, typed"));
    pass(700);
    await settle();
    assert.deepEqual(sent, [
      ["another one", true],
      ["another one, typed", false],
    ]);
  }),
);

test(
  "what is written while a save is on its way is saved after it, on top of it",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 1, files: program("a") });
    const { work } = open(server);
    let release;
    server.gate = new Promise((resolve) => {
      release = resolve;
    });
    work.edit(program("ab"));
    pass(700);
    work.edit(program("abc"));
    release();
    server.gate = null;
    await settle();
    assert.equal(work.state, "local");
    pass(700);
    await settle();
    assert.deepEqual([server.files["server.py"], work.state, work.version], ["abc", "saved", 3]);
  }),
);

test(
  "without a connection the work stays here, and goes out when the connection is back",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 1, files: program("a") });
    server.online = false;
    const { work, storage } = open(server);
    work.edit(program("ab"));
    pass(700);
    await settle();
    assert.equal(work.state, "offline");
    assert.equal(Object.keys(storage).length, 1);
    server.online = true;
    await work.save();
    assert.deepEqual([work.state, server.files["server.py"]], ["saved", "ab"]);
  }),
);

test(
  "a page that died before saving finds its draft again and pushes it",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 4, files: program("old") });
    const { work: before, storage } = open(server);
    before.edit(program("new"));
    const { work } = open(server, storage);
    assert.deepEqual([work.files, work.state], [program("new"), "local"]);
    pass(1);
    await settle();
    assert.deepEqual([server.files["server.py"], work.state, work.version], ["new", "saved", 5]);
  }),
);

test("a draft that did arrive with the last word of its page is dropped in silence", () => {
  const server = fakeServer({ version: 4, files: program("old") });
  const { work: before, storage } = open(server, fakeStorage(), {
    send: (_event, payload) => server.request(_event, payload),
  });
  before.edit(program("new"));
  before.leave();
  const { work } = open(server, storage);
  assert.deepEqual([work.state, work.version, work.conflict], ["saved", 5, null]);
  assert.deepEqual(Object.keys(storage), []);
});

test(
  "a draft of an older version than the server's is shown as a choice, and nothing is overwritten",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 4, files: program("old") });
    const { work: before, storage } = open(server);
    before.edit(program("mine"));
    Object.assign(server, { version: 6, files: program("theirs") });
    const { work } = open(server, storage);
    assert.deepEqual(
      [work.state, work.files, work.conflict],
      ["conflict", program("mine"), { version: 6, files: program("theirs") }],
    );
    pass(10_000);
    await settle();
    assert.equal(server.files["server.py"], "theirs");
  }),
);

test("another tab's version is adopted when nothing here is unsaved", () => {
  const server = fakeServer({ version: 1, files: program("a") });
  const { work } = open(server);
  work.arrived(2, program("b"));
  assert.deepEqual([work.files, work.version, work.state], [program("b"), 2, "saved"]);
});

test(
  "another tab's version stands beside unsaved work, and keeping mine saves it on top",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 1, files: program("a") });
    const { work } = open(server);
    work.edit(program("mine"));
    Object.assign(server, { version: 2, files: program("theirs") });
    work.arrived(2, program("theirs"));
    assert.equal(work.state, "conflict");
    pass(5_000);
    await settle();
    assert.equal(server.files["server.py"], "theirs");
    work.resolve("mine");
    await settle();
    assert.deepEqual([server.files["server.py"], server.version, work.state], ["mine", 3, "saved"]);
  }),
);

test("taking the other version drops the draft", () => {
  const server = fakeServer({ version: 1, files: program("a") });
  const { work, storage } = open(server);
  work.edit(program("mine"));
  work.arrived(2, program("theirs"));
  work.resolve("theirs");
  assert.deepEqual([work.files, work.version, work.state, Object.keys(storage)], [program("theirs"), 2, "saved", []]);
});

test(
  "a conflict over the same text is no conflict",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 3, files: program("same") });
    const { work } = open(server, fakeStorage(), { version: 1, files: program("a") });
    work.edit(program("same"));
    pass(700);
    await settle();
    assert.deepEqual([work.state, work.version], ["saved", 3]);
  }),
);

test(
  "a newer version with the text that the edit began from is built upon: a check has kept one",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 0, files: program("starter") });
    const { work, storage, states } = open(server);
    server.version = 1;
    work.edit(program("mine"));
    pass(700);
    await settle();
    pass(1);
    await settle();
    assert.deepEqual([work.state, work.version, server.files["server.py"]], ["saved", 2, "mine"]);
    assert.ok(!states.includes("conflict"));
    assert.deepEqual(Object.keys(storage), []);
  }),
);

test("a draft that began from the very text the server has under a newer number is no conflict", () => {
  const server = fakeServer({ version: 0, files: program("starter") });
  const { work: before, storage } = open(server);
  before.edit(program("mine"));
  server.version = 1;
  const { work } = open(server, storage);
  assert.deepEqual([work.state, work.files], ["local", program("mine")]);
});

test(
  "two tabs that save in turn end with the same text",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 1, files: program("a") });
    const storage = fakeStorage();
    const { work: one } = open(server, storage);
    const { work: other } = open(server, storage);
    one.edit(program("from one"));
    pass(700);
    await settle();
    other.arrived(server.version, server.files);
    other.edit(program("from the other"));
    pass(700);
    await settle();
    one.arrived(server.version, server.files);
    assert.deepEqual(one.files, other.files);
    assert.deepEqual([one.state, other.state, server.files], ["saved", "saved", program("from the other")]);
  }),
);

test(
  "a browser without room for drafts still saves, and says so",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 1, files: program("a") });
    const { work } = open(server, fakeStorage({ full: true }));
    work.edit(program("ab"));
    assert.match(work.message, /no room/);
    pass(700);
    await settle();
    assert.equal(server.files["server.py"], "ab");
  }),
);

test("drafts of other learners, lessons and workspaces are left alone", () => {
  const storage = fakeStorage();
  draftsOf({ learner: "x", ...place, storage }).write(1, program("theirs"), program("a"));
  const own = draftsOf({ learner: "y", ...place, storage });
  own.write(1, program("mine"), program("a"));
  own.dropThrough(9);
  assert.deepEqual(own.all(), []);
  assert.equal(draftsOf({ learner: "x", ...place, storage }).all().length, 1);
});

for (const [code, again] of [
  ["too_often", true],
  ["busy", true],
  ["quota", false],
  ["full", false],
]) {
  test(
    `a save that is refused with "${code}" is kept in this browser, in words${again ? ", and tried again" : ""}`,
    withTimers(async (pass) => {
      const server = fakeServer({ version: 1, files: program("a") });
      const refused = Object.assign(new Error("Not kept on the server."), { code });
      const answers = [() => Promise.reject(refused), (...asked) => server.request(...asked)];
      const { work, storage } = open(server, fakeStorage(), { request: (...asked) => answers.shift()(...asked) });
      work.edit(program("ab"));
      pass(700);
      await settle();
      assert.deepEqual([work.state, work.message], ["local", "Not kept on the server."]);
      assert.deepEqual(draftsOf({ learner: "", ...place, storage }).all()[0].files, program("ab"));
      pass(5_000);
      await settle();
      assert.equal(server.files["server.py"], again ? "ab" : "a");
      await work.save();
      assert.deepEqual([server.files["server.py"], work.state], ["ab", "saved"], "the next save asks again");
    }),
  );
}

test(
  "after its learner was deleted a page keeps and sends nothing, whatever is typed",
  withTimers(async (pass) => {
    const server = fakeServer({ version: 1, files: program("a") });
    const { work, storage } = open(server);
    work.edit(program("ab"));
    work.forget();
    pass(1_000);
    work.edit(program("abc"));
    work.leave();
    await work.save();
    pass(10_000);
    await settle();
    assert.equal(server.saves, 0);
    assert.deepEqual(Object.keys(storage), []);
    assert.equal(work.files["server.py"], "abc", "what is on the screen stays there");
  }),
);
