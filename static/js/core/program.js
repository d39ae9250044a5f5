// What a program is made of: the same rules as course/program.py, which has the last word.

/** Files at most, and bytes of all of them together as they are sent: text as UTF-8, a binary file as base64. */
export const FILES_AT_MOST = 60;
export const BYTES_AT_MOST = 192 * 1024;
export const NAME_CHARACTERS = 100;
export const FOLDERS_AT_MOST = 8;

const FIRST = "server.py";
const ENTRIES = [FIRST, "app.py", "main.py", "run.py", "wsgi.py", "manage.py"];
const CALLS_RUN = /\.(run|serve_forever)\s*\(/;
const BINARY = new Set(
  "png jpg jpeg gif webp avif ico bmp woff woff2 ttf otf eot mp3 wav ogg oga m4a aac flac mp4 webm pdf".split(" "),
);

/**
 * Return the name of the file that is run, "server.py" where there is none.
 *
 * @param {Files} files
 */
export function entryOf(files) {
  const modules = Object.keys(files).filter((name) => /^[^/]+\.py$/.test(name));
  const packages = Object.keys(files).filter((name) => /^[^/]+\/__main__\.py$/.test(name));
  const found = [...ENTRIES.filter((name) => name in files), ...modules.sort(), ...packages.sort()];
  if (found[0] === FIRST) return FIRST;
  return found.find((name) => CALLS_RUN.test(files[name])) ?? found[0] ?? FIRST;
}

/**
 * Return the text of a program that is one Python file; "" for one of several, of which no single text tells all.
 *
 * @param {Files} files
 */
export function wholeCode(files) {
  const modules = Object.keys(files).filter((name) => name.endsWith(".py"));
  return modules.length === 1 ? files[modules[0]] : "";
}

/**
 * Return whether a file of that name is sent and kept as base64.
 *
 * @param {string} name
 */
export function isBinary(name) {
  const base = name.slice(name.lastIndexOf("/") + 1);
  const dot = base.lastIndexOf(".");
  return dot > 0 && BINARY.has(base.slice(dot + 1).toLowerCase());
}
