// A project that is brought along: what belongs to the program is read, the rest is listed and stays unread.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { crc32, deflateRawSync } from "node:zlib";
import * as program from "../../static/js/core/program.js";
import { environmentsIn, leftOut, wrongName } from "../../static/js/project/left_out.js";
import { readProject } from "../../static/js/project/read.js";
import { entriesOf, ZipRefused } from "../../static/js/project/zip.js";

const here = new URL("../", import.meta.url);
const NAMES = JSON.parse(readFileSync(new URL("stage/project_names.json", here), "utf-8"));
const RULES = readFileSync(new URL("../course/program.py", here), "utf-8");

const entry = (path, text = "x") => {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return { path, size: bytes.length, read: async () => bytes };
};
const never = (path, size = 1) => ({ path, size, read: () => assert.fail(`${path} was read`) });
const reasons = ({ leftOut: rest }) => Object.fromEntries(rest.map(({ name, why }) => [name, why]));

/** Make a zip; `lie` may change what its directory says of each entry. */
function zip(files, lie = (told) => told) {
  const parts = [];
  const directory = [];
  let at = 0;
  for (const [path, content] of Object.entries(files)) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const name = Buffer.from(path);
    const told = lie({ flags: 0x800, method: 8, packed: packed.length, size: data.length, mode: 0o100644, local: at });
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(crc32(data), 14);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(told.flags, 8);
    central.writeUInt16LE(told.method, 10);
    central.writeUInt32LE(told.packed, 20);
    central.writeUInt32LE(told.size, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(told.mode * 0x10000, 38);
    central.writeUInt32LE(told.local, 42);
    parts.push(local, name, packed);
    directory.push(central, name);
    at += 30 + name.length + packed.length;
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length / 2, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

test("the ceilings are those of the server", () => {
  assert.match(RULES, new RegExp(`^FILES_AT_MOST = ${program.FILES_AT_MOST}$`, "m"));
  assert.match(RULES, new RegExp(`^MAX_SOURCE_BYTES = ${program.BYTES_AT_MOST / 1024} \\* 1024$`, "m"));
  assert.match(RULES, new RegExp(`^NAME_CHARACTERS = ${program.NAME_CHARACTERS}$`, "m"));
  assert.match(RULES, new RegExp(`^FOLDERS_AT_MOST = ${program.FOLDERS_AT_MOST}$`, "m"));
});

for (const name of NAMES.kept) {
  test(`${JSON.stringify(name)} belongs to a program`, () => {
    assert.equal(leftOut(name), null);
    assert.equal(wrongName(name), "");
  });
}

for (const name of NAMES.left_out) {
  test(`${JSON.stringify(name)} is left out, and never read`, async () => {
    const project = await readProject([entry("app.py", "run"), never(name), entry("chat/x.py")]);
    assert.deepEqual(Object.keys(project.files), ["app.py", "chat/x.py"]);
    assert.ok(name.startsWith("__MACOSX") || name === ".DS_Store" || project.leftOut.length === 1);
  });
}

for (const name of NAMES.refused) {
  test(`${JSON.stringify(name)} is not taken`, () => assert.notEqual(wrongName(name), ""));
}

test("an environment is known by its settings, whatever it is called", async () => {
  assert.deepEqual(
    environmentsIn(["my/env/pyvenv.cfg", "a.py"]).map(({ part }) => part),
    ["my/env/"],
  );
  const project = await readProject([
    entry("app.py"),
    never("py3/pyvenv.cfg"),
    never("py3/bin/x"),
    never("py3/lib/y.py"),
  ]);
  assert.deepEqual(
    project.leftOut.map(({ name, count }) => [name, count]),
    [["py3/", 3]],
  );
});

test("the folder around everything is taken away, a package is not", async () => {
  const around = await readProject([
    entry("chat-main/app.py"),
    entry("chat-main/templates/a.html"),
    never("__MACOSX/chat-main/._app.py"),
  ]);
  assert.deepEqual(Object.keys(around.files), ["app.py", "templates/a.html"]);
  const itself = await readProject([entry("chat/__init__.py"), entry("chat/__main__.py")]);
  assert.deepEqual(Object.keys(itself.files), ["chat/__init__.py", "chat/__main__.py"]);
  assert.equal(itself.entry, "chat/__main__.py");
});

test("code comes first, and what has no room is named", async () => {
  const big = "x".repeat(program.BYTES_AT_MOST - 100);
  const project = await readProject([
    entry("a.css", big),
    entry("b.css", "y".repeat(300)),
    entry("z.py", "run()"),
    never("c.txt", 9e9),
  ]);
  assert.deepEqual(Object.keys(project.files), ["b.css", "z.py"]);
  assert.deepEqual(Object.keys(reasons(project)), ["a.css", "c.txt"]);
  const many = await readProject(
    Array.from({ length: 70 }, (_, number) => entry(`${number}.txt`)).concat(entry("app.py")),
  );
  assert.equal(Object.keys(many.files).length, program.FILES_AT_MOST);
  assert.ok("app.py" in many.files);
});

test("a picture becomes base64, and what is no text is left out", async () => {
  const png = new Uint8Array([0x89, 0x50, 0, 255]);
  const project = await readProject([
    entry("app.py"),
    entry("static/a.png", png),
    entry("tool.exe", png),
    entry("latin.txt", new Uint8Array([0xe4])),
  ]);
  assert.equal(project.files["static/a.png"], "iVAA/w==");
  assert.deepEqual(Object.keys(reasons(project)), ["latin.txt", "tool.exe"]);
});

test("names that differ only in the size of letters do not both come", async () => {
  const project = await readProject([entry("app.py"), entry("App.py")]);
  assert.equal(Object.keys(project.files).length, 1);
});

test("a zip is read", async () => {
  const entries = entriesOf(
    zip({ "chat/app.py": "import flask", "chat/templates/ü.html": "<h1>ü</h1>", "chat/node_modules/x.js": "" }),
  );
  const project = await readProject(entries);
  assert.deepEqual(project.files, { "app.py": "import flask", "templates/ü.html": "<h1>ü</h1>" });
  assert.deepEqual(Object.keys(reasons(project)), ["node_modules/"]);
});

const bomb = { "app.py": "x", "big.txt": Buffer.alloc(50_000_000) };

test("a zip that unpacks to far more than it says is stopped on the way", async () => {
  for (const lie of [(told) => told, (told) => ({ ...told, size: Math.min(told.size, 100) })]) {
    const project = await readProject(entriesOf(zip(bomb, lie)));
    assert.deepEqual(Object.keys(project.files), ["app.py"]);
    assert.equal(reasons(project)["big.txt"], "is larger than what a program has room for");
  }
});

test("a file that is packed too tightly, locked, a link or out of the zip is left out in words", async () => {
  const text = "a".repeat(150_000);
  const cases = {
    "is packed too tightly": zip({ "a.txt": text }),
    "is locked with a password": zip({ "a.txt": "x" }, (told) => ({ ...told, flags: 1 })),
    "is a link to another file": zip({ "a.txt": "/etc/passwd" }, (told) => ({ ...told, mode: 0o120777 })),
    "is packed in a way that browsers can't read": zip({ "a.txt": "x" }, (told) => ({ ...told, method: 12 })),
    "is damaged": zip({ "a.txt": "x" }, (told) => ({ ...told, local: 4_000_000 })),
  };
  for (const [why, bytes] of Object.entries(cases)) {
    const project = await readProject([...entriesOf(bytes), entry("app.py")]);
    assert.deepEqual(reasons(project), { "a.txt": why });
  }
});

test("a zip whose entries all lie in the same place costs each its ceiling and no more", async () => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, number) => [`f${number}.txt`, "x".repeat(1000)]));
  const project = await readProject(entriesOf(zip(files, (told) => ({ ...told, local: 0 }))));
  assert.ok(Object.keys(project.files).length <= program.FILES_AT_MOST);
});

test("names in a zip that lead out of it are left out", async () => {
  const project = await readProject(
    entriesOf(zip({ "app.py": "x", "../../etc/passwd": "x", "C:\\x.py": "x", "/abs.py": "x" })),
  );
  assert.deepEqual(Object.keys(project.files), ["app.py"]);
  assert.equal(project.leftOut.length, 3);
});

test("what is no zip is refused with a sentence, wherever it is cut", () => {
  const whole = zip({ "app.py": "x", "b.py": "y" });
  for (let length = 0; length < whole.length; length += 1) {
    assert.throws(() => entriesOf(whole.slice(0, length)), ZipRefused);
  }
  const noise = new Uint8Array(5000).map((_, at) => (at * 7919) % 256);
  assert.throws(() => entriesOf(noise), ZipRefused);
});

test("a zip with changed bytes is read, refused or left out, but never breaks anything", async () => {
  const whole = zip({ "app.py": "print(1)", "templates/a.html": "<p>" });
  for (let at = 0; at < whole.length; at += 1) {
    const changed = whole.slice();
    changed[at] ^= 0xff;
    try {
      await readProject(entriesOf(changed));
    } catch (error) {
      assert.ok(error instanceof ZipRefused, `${at}: ${error}`);
    }
  }
});

test("the file that is run is chosen as the server chooses it", () => {
  const runs = "socketio.run(app)";
  assert.equal(program.entryOf({ "server.py": "", "app.py": runs }), "server.py");
  assert.equal(program.entryOf({ "main.py": "", "app.py": "" }), "app.py");
  assert.equal(program.entryOf({ "app.py": "app = 1", "run.py": runs }), "run.py");
  assert.equal(program.entryOf({ "chat/__init__.py": "", "chat/__main__.py": "" }), "chat/__main__.py");
  assert.equal(program.entryOf({}), "server.py");
});
