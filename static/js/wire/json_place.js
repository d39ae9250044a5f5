// Where a comma-separated list of JSON values stops being valid. Browsers say it in different words, or not at all.
// Pure.

const SPACE = /[ \t\n\r]*/y;
const TOKEN =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[[\]{},:]/y;
/** @type {Record<string, string>} */
const CLOSER = { "[": "]", "{": "}" };

/**
 * Return the place (from 0) of the first character that is not valid there, the length of the text when it ends too
 * early, or -1 when all of it is JSON values with commas between them.
 *
 * @param {string} text
 */
export function breaksAt(text) {
  /** @type {string[]} */
  const closers = [];
  /** @type {string | null} */
  let expects = "value";
  let at = lengthOf(SPACE, text, 0);
  while (at < text.length) {
    const length = lengthOf(TOKEN, text, at);
    expects = length === 0 ? null : next(expects, text.slice(at, at + length), closers);
    if (expects === null) return at;
    at += length;
    at += lengthOf(SPACE, text, at);
  }
  return expects === "comma" && closers.length === 0 ? -1 : text.length;
}

/**
 * @param {RegExp} pattern
 * @param {string} text
 * @param {number} at
 */
function lengthOf(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/**
 * Return what may follow `token`, or null when the token is not allowed here. `closers` are those of open brackets.
 *
 * @param {string} expects
 * @param {string} token
 * @param {string[]} closers
 * @returns {string | null}
 */
function next(expects, token, closers) {
  if (expects === "colon") return token === ":" ? "value" : null;
  if (token === "]" || token === "}") {
    const allowed = expects === "comma" || expects === "first value" || expects === "first key";
    return allowed && closers.pop() === token ? "comma" : null;
  }
  if (expects === "comma") return token === "," ? (closers.at(-1) === "}" ? "key" : "value") : null;
  if (expects.endsWith("key")) return token[0] === '"' ? "colon" : null;
  if (token === "," || token === ":") return null;
  if (!(token in CLOSER)) return "comma";
  closers.push(CLOSER[token]);
  return token === "[" ? "first value" : "first key";
}
