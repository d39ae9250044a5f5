// Names every unused export of static/js: no other script imports it, nor does a test of what its own file does with
// it. An export of a module that is imported dynamically may be used by any file that names it.

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const EXPORT = /^export (?:async )?(?:function\*?|class|const|let) (\w+)/gm;
const IMPORT = /\b(?:from|import) ?(\(?)"(\.[^"]+)"/g;

/** A test compares it with the server's own list: it is complete, even where the page does not use all of it. */
const LIST = "events.js";

const scripts = await textsBelow("static/js", ".js");
const tests = await textsBelow("tests", ".mjs");
const importedLate = new Set([...scripts].flatMap(([file, text]) => imports(file, text, true)));

let unused = 0;
for (const [file, text] of scripts) {
  if (path.basename(file) === LIST) continue;
  for (const [, name] of text.matchAll(EXPORT)) {
    if (isNeeded(file, text, name)) continue;
    console.error(`${file}: nobody imports ${name}`);
    unused += 1;
  }
}
process.exitCode = unused > 0 ? 1 : 0;

async function textsBelow(folder, suffix) {
  const names = await readdir(path.join(root, folder), { recursive: true });
  const files = names.filter((name) => name.endsWith(suffix)).map((name) => path.join(folder, name));
  const texts = await Promise.all(files.map((file) => readFile(path.join(root, file), "utf8")));
  return new Map(files.map((file, i) => [file, texts[i]]));
}

function isNeeded(file, text, name) {
  const named = new RegExp(`\\b${name}\\b`, "g");
  const isUsed = ([other, content]) =>
    other !== file && content.match(named) && (importedLate.has(file) || imports(other, content).includes(file));
  return [...scripts].some(isUsed) || (text.match(named).length > 1 && [...tests].some(isUsed));
}

/** Return the files that `file` imports; only those of `import("…")` when `late`. */
function imports(file, text, late = false) {
  const found = [...text.matchAll(IMPORT)].filter(([, bracket]) => !late || bracket === "(");
  return found.map(([, , asked]) => path.join(path.dirname(file), asked));
}
