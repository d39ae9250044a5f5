// Builds static/dist: our scripts and styles with the libraries they import, minified, under hashed names.
//
// The result:
//   manifest.json          {"app.js": "app-HASH.js", …}: the server's asset("app.js") reads it
//   socket.io.min.js       for the projects that learners download
//   *.js, *.css, *.woff2   each with a .gz and a .br beside it, except fonts, which are compressed already
//
// The workbench comes in pieces: app.js, what it shares with them (shared-1.js, …: pages preload these, so that nothing
// waits for a second round trip), later.js once the page is usable, and CodeMirror (editor.js). The entries of other
// pages (connect.js, site.js), the classic script theme.js and what runs in the frames of client code (client-frame.js)
// and of the preview (preview-frame.js) are built separately: they share no chunk with it, so no page waits for a file
// that only another one needs.

import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const modules = path.join(here, "node_modules");
const dist = path.join(root, "static", "dist");
const fresh = path.join(modules, `.build-${process.pid}`); // two builds at the same time must not collide

/** Hashed fonts keep a short name in the manifest, so that a page can preload them. */
const FONTS = {
  "atkinson-hyperlegible-next-latin-wght-normal.woff2": "text.woff2",
  "atkinson-hyperlegible-mono-latin-wght-normal.woff2": "code.woff2",
};

/** Sent unbundled, with the programs that learners download. */
const CLIENT_LIBRARY = "socket.io-client/dist/socket.io.min.js";

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  metafile: true,
  outdir: fresh,
  entryNames: "[name]-[hash]",
  chunkNames: "part-[hash]",
  assetNames: "[name]-[hash]",
  nodePaths: [modules],
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  // Safari has it, but runs a second entry's modules before it has ended: WebKit bug 242740.
  supported: { "top-level-await": false },
  loader: { ".woff2": "file" },
  legalComments: "none",
  logLevel: "silent",
};

/** The flags that Vue asks every bundler to set (its documentation, "Compile-time flags"). */
const VUE_FLAGS = {
  __VUE_OPTIONS_API__: "true",
  __VUE_PROD_DEVTOOLS__: "false",
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
};

const builds = [
  {
    entryPoints: [
      "static/js/entries/app.js",
      "static/js/entries/later.js",
      "static/js/entries/exhibits.js",
      "static/js/editor/editor.js",
    ],
    format: "esm",
    splitting: true,
  },
  { entryPoints: ["static/js/entries/connect.js"], format: "esm" },
  { entryPoints: ["static/js/entries/map.js"], format: "esm", splitting: true },
  { entryPoints: ["static/js/entries/site.js"], format: "esm", splitting: true },
  { entryPoints: ["static/js/iframes/client-frame.js"], format: "iife" },
  { entryPoints: ["static/js/iframes/preview-frame.js"], format: "iife" },
  {
    entryPoints: ["static/js/iframes/client-react.js", "static/js/iframes/client-vue.js"],
    format: "iife",
    define: VUE_FLAGS,
  },
  { entryPoints: ["static/js/entries/theme.js"], format: "iife" },
  { entryPoints: ["static/css/app.css"] },
  { entryPoints: ["static/css/exhibits.css"] },
  { entryPoints: ["static/css/map.css"] },
  { entryPoints: ["static/css/more.css"] },
  { entryPoints: ["static/css/diagram.css"] },
];

/** A failure that is not a bug: its message says what to do next. */
class Stop extends Error {}

async function main() {
  const { build, formatMessages } = await loadEsbuild();
  await mkdir(fresh, { recursive: true });
  const manifest = {};
  for (const options of builds) {
    try {
      const { metafile } = await build({ ...shared, ...options });
      note(metafile, manifest);
    } catch (failure) {
      if (!failure.errors) throw failure;
      const lines = await formatMessages(failure.errors, { kind: "error", color: process.stderr.isTTY });
      throw new Stop(`${lines.join("")}Correct the lines above, then run the same command again.`);
    }
  }
  await copyFile(path.join(modules, CLIENT_LIBRARY), path.join(fresh, path.basename(CLIENT_LIBRARY)));
  await compress();
  await writeFile(path.join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(dist, { recursive: true, force: true });
  await rename(fresh, dist);
  await report(manifest);
}

async function loadEsbuild() {
  if (!existsSync(modules)) {
    throw new Stop(
      "The front end's packages are not here yet. Run  make run  in the project's folder: it fetches them.",
    );
  }
  try {
    return await import("esbuild");
  } catch (failure) {
    throw new Stop(
      `esbuild does not start (${failure.message}).\nRemove frontend/node_modules and run  make run  again.`,
    );
  }
}

/** Enter the outputs of one build into the manifest, under the names that pages ask for. */
function note(metafile, manifest) {
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    const name = path.basename(output);
    if (entryPoint) manifest[path.basename(entryPoint)] = name;
    if (entryPoint?.endsWith("/app.js")) {
      importedAtOnce(metafile.outputs, output).forEach((part, i) => {
        manifest[`shared-${i + 1}.js`] = path.basename(part);
      });
    }
    for (const [font, short] of Object.entries(FONTS)) {
      if (name.endsWith(".woff2") && name.startsWith(font.replace(".woff2", ""))) manifest[short] = name;
    }
  }
}

/** Return the chunks that `entry` needs before it can run, the largest first. */
function importedAtOnce(outputs, entry, found = new Set()) {
  for (const { path: part, kind } of outputs[entry].imports) {
    if (kind !== "import-statement" || found.has(part)) continue;
    found.add(part);
    importedAtOnce(outputs, part, found);
  }
  return [...found].sort((one, other) => outputs[other].bytes - outputs[one].bytes);
}

/** Write a .gz and a .br beside every text file: the server sends what the browser accepts. */
async function compress() {
  for (const name of await readdir(fresh)) {
    if (!/\.(js|css)$/.test(name)) continue;
    const bytes = await readFile(path.join(fresh, name));
    await writeFile(path.join(fresh, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    const quality = {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    };
    await writeFile(path.join(fresh, `${name}.br`), brotliCompressSync(bytes, quality));
  }
}

/** Print what a browser will fetch; tests/web/test_budgets.py limits the size of a whole page. */
async function report(manifest) {
  for (const [name, file] of Object.entries(manifest)) {
    const plain = (await stat(path.join(dist, file))).size;
    const packed = file.endsWith(".woff2") ? plain : (await stat(path.join(dist, `${file}.br`))).size;
    console.log(`  ${name.padEnd(18)} ${kilobytes(plain)} KB, ${kilobytes(packed)} KB compressed`);
  }
}

function kilobytes(bytes) {
  return (bytes / 1024).toFixed(1).padStart(6);
}

try {
  await main();
} catch (failure) {
  await rm(fresh, { recursive: true, force: true });
  console.error(failure instanceof Stop ? `\n${failure.message}` : failure);
  process.exitCode = 1;
}
