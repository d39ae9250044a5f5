// Reads a zip in the browser. What it says about itself is not believed: everything that is unpacked has a ceiling.
// Format: PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16.

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const COMMENT_AT_MOST = 65_535;
const ENCRYPTED = 0x1;
const STORED = 0;
const DEFLATED = 8;
const SYMLINK = 0xa000;

export const ZIP_BYTES_AT_MOST = 32 * 1024 * 1024;
const ENTRIES_AT_MOST = 20_000;
/** Text shrinks to a tenth, a file of one letter to a thousandth: no file of a program is packed more tightly. */
const RATIO_AT_MOST = 200;

/** A zip that can't be read: its message is a sentence. */
export class ZipRefused extends Error {}

/**
 * Return what a zip lists. Nothing is unpacked yet: an entry's `read(most)` does that, and rejects with a `ZipRefused`
 * when it turns out to be more than `most` bytes, damaged, or packed too tightly.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {ProjectEntry[]}
 */
export function entriesOf(bytes) {
  if (bytes.length > ZIP_BYTES_AT_MOST) throw new ZipRefused("The zip is larger than 32 MB. Pack only the program.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  if (count > ENTRIES_AT_MOST || count === 0xffff) {
    throw new ZipRefused("The zip holds more than 20,000 files. Pack the program without its installed packages.");
  }
  const entries = [];
  let at = view.getUint32(end + 16, true);
  for (let number = 0; number < count; number += 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) throw damaged();
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = bytes.subarray(at + 46, at + 46 + lengths[0]);
    const entry = readEntry(bytes, view, at, nameOf(name));
    if (entry) entries.push(entry);
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return entries;
}

/** @param {DataView} view */
function endOf(view) {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - COMMENT_AT_MOST; at -= 1) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw damaged();
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {DataView} view
 * @param {number} at
 * @param {string} path
 * @returns {ProjectEntry | null}
 */
function readEntry(bytes, view, at, path) {
  if (path.endsWith("/")) return null; // a folder
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const packed = view.getUint32(at + 20, true);
  const size = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  const isLink = ((view.getUint32(at + 38, true) >>> 16) & 0xf000) === SYMLINK;
  return {
    path,
    size,
    async read(most) {
      if (isLink) throw new ZipRefused("is a link to another file");
      if (flags & ENCRYPTED) throw new ZipRefused("is locked with a password");
      if (method !== STORED && method !== DEFLATED) throw new ZipRefused("is packed in a way that browsers can't read");
      if (size > most) throw new ZipRefused(TOO_LARGE);
      if (size > RATIO_AT_MOST * Math.max(packed, 1) && size > 64 * 1024) throw new ZipRefused("is packed too tightly");
      if (local + 30 > view.byteLength || view.getUint32(local, true) !== LOCAL) throw new ZipRefused("is damaged");
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      const data = bytes.subarray(start, start + packed);
      if (data.length < packed) throw new ZipRefused("is damaged");
      return method === STORED ? data.slice(0, most) : await inflated(data, most);
    },
  };
}

export const TOO_LARGE = "is larger than what a program has room for";

/**
 * Unpack, and stop as soon as it is too much, whatever the zip has announced.
 *
 * @param {Uint8Array<ArrayBuffer>} data
 * @param {number} most
 */
async function inflated(data, most) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const pieces = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > most) throw new ZipRefused(TOO_LARGE);
      pieces.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error instanceof ZipRefused ? error : new ZipRefused("is damaged");
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** @param {Uint8Array} name */
function nameOf(name) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(name).replaceAll("\\", "/");
  } catch {
    return new TextDecoder("windows-1252").decode(name).replaceAll("\\", "/");
  }
}

function damaged() {
  return new ZipRefused("This is no zip, or a damaged one. Pack the project's folder once more.");
}
