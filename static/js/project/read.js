// From what was dropped or chosen to the files of a program: what belongs to it is read, the rest is only listed.

import { BYTES_AT_MOST, entryOf, FILES_AT_MOST, isBinary } from "../core/program.js";
import { environmentsIn, leftOut, wrongName } from "./left_out.js";
import { TOO_LARGE, ZipRefused } from "./zip.js";

const NO_ROOM = "would make the program larger than 192 KB";
const TOO_MANY = `would be more than ${FILES_AT_MOST} files`;
const NOT_TEXT = "is neither text nor a picture, a sound or a font";
const TWICE = "has the name of another file, but for its letters' size";
const KINDS = [/\.py$/, /\.(html?|jinja2?|j2)$/, /\.(js|css|json|sql|toml|ini|cfg|ya?ml)$/];

/**
 * Return the program in a project: its files, the one that is run, and what was left out, each with why.
 *
 * @param {ProjectEntry[]} entries
 * @returns {Promise<Project>}
 */
export async function readProject(entries) {
  const found = withoutOuterFolder(entries);
  const rest = new Rest();
  const environments = environmentsIn(found.map(({ path }) => path));
  const wanted = found.filter(({ path }) => {
    const why = leftOut(path) ?? environments.find(({ part }) => path.startsWith(part)) ?? wrong(path);
    if (why) rest.add(why.part, why.why);
    return !why;
  });
  wanted.sort((one, other) => rank(one.path) - rank(other.path) || one.size - other.size);
  /** @type {Record<string, string>} */
  const files = {};
  const known = new Set();
  let room = BYTES_AT_MOST;
  for (const entry of wanted) {
    const why = await take(entry);
    if (why) rest.add(entry.path, why);
  }
  return { files: inOrder(files), entry: entryOf(files), leftOut: rest.list() };

  /** @param {ProjectEntry} entry */
  async function take({ path, size, read }) {
    if (known.has(folded(path))) return TWICE;
    if (Object.keys(files).length >= FILES_AT_MOST) return TOO_MANY;
    if (size > room) return size > BYTES_AT_MOST ? TOO_LARGE : NO_ROOM;
    try {
      const bytes = await read(room);
      const text = isBinary(path) ? base64(bytes) : textOf(bytes);
      if (text === null) return NOT_TEXT;
      const weight = new TextEncoder().encode(text).length;
      if (weight > room) return NO_ROOM;
      room -= weight;
      files[path] = text;
      known.add(folded(path));
      return "";
    } catch (error) {
      return error instanceof ZipRefused ? error.message : "could not be read";
    }
  }
}

/** @param {string} path */
function wrong(path) {
  const why = wrongName(path);
  return why ? { part: path.slice(0, 200), why } : null;
}

/** @param {string} path */
function folded(path) {
  return path.normalize("NFKC").toLowerCase();
}

/** What was left out: a folder counts its files. */
class Rest {
  /** @type {Map<string, LeftOut>} */
  #by = new Map();

  /**
   * @param {string} name
   * @param {string} why
   */
  add(name, why) {
    const known = this.#by.get(name) ?? { name, why, count: 0 };
    known.count += 1;
    this.#by.set(name, known);
  }

  list() {
    return [...this.#by.values()].sort((one, other) => one.name.localeCompare(other.name));
  }
}

/**
 * A zip or a folder mostly has one folder around everything. It is not part of the program, unless it is a package.
 *
 * @param {ProjectEntry[]} entries
 * @returns {ProjectEntry[]}
 */
function withoutOuterFolder(entries) {
  const real = entries.filter(({ path }) => !/^(__MACOSX\/|.*\.DS_Store$)/.test(path));
  const outer = real[0]?.path.split("/", 1)[0];
  const isOuter = outer !== undefined && real.every(({ path }) => path.startsWith(`${outer}/`));
  if (!isOuter || real.some(({ path }) => path === `${outer}/__init__.py`)) return real;
  const inner = real.map((entry) => ({ ...entry, path: entry.path.slice(outer.length + 1) }));
  return inner.some(({ path }) => path.endsWith(".py")) ? withoutOuterFolder(inner) : inner;
}

/** @param {string} path */
function rank(path) {
  const kind = KINDS.findIndex((pattern) => pattern.test(path));
  return isBinary(path) ? KINDS.length + 1 : kind < 0 ? KINDS.length : kind;
}

/** @param {Record<string, string>} files */
function inOrder(files) {
  return Object.fromEntries(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** @param {Uint8Array} bytes */
function textOf(bytes) {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\r\n", "\n");
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes */
function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
