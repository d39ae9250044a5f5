// What was dropped or chosen, as entries of a project. Folders that never belong to a program are not even opened.

import { ENVIRONMENT, leftOut } from "./left_out.js";
import { entriesOf, ZIP_BYTES_AT_MOST, ZipRefused } from "./zip.js";

const FILES_AT_MOST = 20_000;
const DEPTH_AT_MOST = 20;

/**
 * Return the entries of chosen files: those of the one zip, or the files themselves.
 *
 * @param {Iterable<File>} chosen
 * @returns {Promise<ProjectEntry[]>}
 */
export function ofFiles(chosen) {
  const files = [...chosen];
  if (files.length === 1 && isZip(files[0])) return unpacked(files[0]);
  if (files.length > FILES_AT_MOST) return Promise.reject(tooMany());
  return Promise.resolve(files.map((file) => entryOfFile(file, file.webkitRelativePath || file.name)));
}

/**
 * Return the entries of what was dropped: files, folders, or one zip.
 *
 * @param {{roots: FileSystemEntry[], files: File[]}} dropped
 * @returns {Promise<ProjectEntry[]>}
 */
export function ofDrop({ roots, files }) {
  return roots.some((root) => root.isDirectory) ? walked(roots) : ofFiles(files);
}

/** @param {FileSystemEntry[]} roots */
async function walked(roots) {
  /** @type {ProjectEntry[]} */
  const entries = [];
  const waiting = roots.map((root) => ({ node: root, depth: 0 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const path = next.node.fullPath.replace(/^\//, "");
    if (entries.length + waiting.length > FILES_AT_MOST || next.depth > DEPTH_AT_MOST) throw tooMany();
    if (isFile(next.node)) {
      entries.push(entryOfFile(await fileOf(next.node), path));
    } else if (leftOut(path)) {
      entries.push(unopened(`${path}/…`));
    } else {
      const children = await childrenOf(/** @type {FileSystemDirectoryEntry} */ (next.node));
      const { depth } = next;
      if (children.some(({ name }) => name === ENVIRONMENT)) entries.push(unopened(`${path}/${ENVIRONMENT}`));
      else for (const node of children) waiting.push({ node, depth: depth + 1 });
    }
  }
  return entries;
}

/** @param {FileSystemEntry} node @returns {node is FileSystemFileEntry} */
function isFile(node) {
  return node.isFile;
}

/** @param {string} path @returns {ProjectEntry} */
function unopened(path) {
  return { path, size: 0, read: () => Promise.reject(unread()) };
}

/**
 * @param {File} file
 * @param {string} path
 * @returns {ProjectEntry}
 */
function entryOfFile(file, path) {
  return {
    path,
    size: file.size,
    async read(most) {
      if (file.size > most) throw unread();
      return new Uint8Array(await file.arrayBuffer());
    },
  };
}

/** @param {File} file */
async function unpacked(file) {
  if (file.size > ZIP_BYTES_AT_MOST) throw new ZipRefused("The zip is larger than 32 MB. Pack only the program.");
  return entriesOf(new Uint8Array(await file.arrayBuffer()));
}

/** @param {File} file */
function isZip(file) {
  return /\.zip$/i.test(file.name) || file.type === "application/zip";
}

/** @param {FileSystemFileEntry} node @returns {Promise<File>} */
function fileOf(node) {
  return new Promise((resolve, reject) => node.file(resolve, reject));
}

/** A folder is read in pieces of a hundred. @param {FileSystemDirectoryEntry} node */
async function childrenOf(node) {
  const reader = node.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
    if (all.length > FILES_AT_MOST) throw tooMany();
  }
}

function unread() {
  return new ZipRefused("was not read");
}

function tooMany() {
  return new ZipRefused("That is more than 20,000 files. Bring the program's own folder.");
}
