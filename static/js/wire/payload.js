// What a learner types as arguments → values → the frame they become. Pure.

import { breaksAt } from "./json_place.js";

/**
 * Read comma-separated JSON values: `2, 3` is two arguments, `[2, 3]` is one, nothing is none.
 *
 * Returns {args, error}: `error` is a sentence that says what to write instead, or "". With an error comes `position`,
 * the place (from 0) at which the text stops being JSON.
 *
 * @param {string} text
 * @returns {{args: any[], error: string, position?: number}}
 */
export function parseArgs(text) {
  if (text.trim() === "") return { args: [], error: "" };
  try {
    return { args: JSON.parse(`[${text}]`), error: "" };
  } catch {
    return { args: [], error: adviceFor(text), position: breaksAt(text) };
  }
}

/**
 * Return the error of `parseArgs(text)` with its place, as a reader counts it; "" when there is none.
 *
 * @param {{error: string, position?: number}} read
 * @param {string} text
 */
export function complaintOf({ error, position = 0 }, text) {
  if (!error) return "";
  return `${position < text.trimEnd().length ? `Character ${position + 1}` : "At the end"}: ${error}`;
}

/** @param {string} text */
function adviceFor(text) {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, "");
  if (bare.includes("'")) return `JSON wants double quotes: ${text.replaceAll("'", '"')}`;
  if (/\b(True|False|None)\b/.test(bare)) return "JSON writes true, false and null, in small letters.";
  if (bare.includes('"')) return "A quote is opened and never closed.";
  if (/[{,]\s*[A-Za-z_]\w*\s*:/.test(bare)) return 'JSON wants quotes around names, too: {"x": 1}';
  const word = /[A-Za-z_][\w-]*/.exec(bare.replace(/\b(true|false|null)\b|\d+(\.\d+)?[eE][+-]?\d+/g, ""));
  if (word) return `Text needs double quotes: "${word[0]}"`;
  if (/,\s*$/.test(text) || /,\s*[\]}]/.test(bare)) return "There is a comma too many at the end.";
  const [open, close] = [(bare.match(/[[{]/g) ?? []).length, (bare.match(/[\]}]/g) ?? []).length];
  if (open !== close)
    return open > close ? "A bracket is opened and never closed." : "A bracket is closed that was never opened.";
  return 'This is not JSON. Numbers, "text", true, [1, 2] and {"x": 1} are; commas stand between arguments.';
}

/**
 * Return the text frame that an emit becomes.
 *
 * `ack` is the id under which an answer is awaited, or null; binary arguments (Uint8Array) become placeholders, and
 * their bytes follow in frames of their own.
 *
 * @param {{event: string, args?: any[], namespace?: string, ack?: string | number | null}} emit
 */
export function frameFor({ event, args = [], namespace = "/", ack = null }) {
  let attachments = 0;
  /**
   * @param {string} _key
   * @param {unknown} value
   */
  const held = (_key, value) => (value instanceof Uint8Array ? { _placeholder: true, num: attachments++ } : value);
  const data = JSON.stringify([event, ...args], held);
  const type = attachments > 0 ? `5${attachments}-` : "2";
  return `4${type}${namespace === "/" ? "" : `${namespace},`}${ack ?? ""}${data}`;
}
