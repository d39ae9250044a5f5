// What client code says, as short plain text. Pure: values in, text out.

export const LONGEST = 2_000;
const OURS = /^client-(frame|react|vue)/;

/**
 * Return the arguments of a console call as one line, as a console shows them.
 *
 * @param {unknown[]} values
 */
export function consoleText(values) {
  return cut(values.map((value) => (typeof value === "string" ? value : valueText(value))).join(" "));
}

/**
 * Return the arguments of an event as JSON values with commas between them; bytes are counted, functions left out.
 *
 * @param {unknown[]} values
 */
export function argumentsText(values) {
  return cut(
    values
      .filter((value) => typeof value !== "function")
      .map(valueText)
      .join(", "),
  );
}

/**
 * Return the name of the file at `address`, which is what the editor's tab is called.
 *
 * @param {unknown} address
 */
export function fileOf(address) {
  const name = /([^/?#]+)(?:[?#].*)?$/.exec(String(address ?? ""))?.[1] ?? "";
  return /\.(js|jsx|vue|html)$/.test(name) ? name : "index.html";
}

/**
 * Return {file, line} of the innermost line of the author's own code in an error's stack; {} when there is none.
 *
 * @param {any} error
 * @returns {SourcePlace}
 */
export function placeOf(error) {
  for (const [, file, line] of String(error?.stack ?? "").matchAll(/([\w.-]+\.(?:jsx?|vue|html)):(\d+)(?::\d+)/g)) {
    if (!OURS.test(file)) return { file, line: Number(line) };
  }
  return {};
}

/**
 * Return what a refused request of client code should tell its author; `violated` is the event's directive.
 *
 * @param {string} violated
 * @param {string} address
 */
export function refusedText(violated, address) {
  const what =
    violated === "connect-src" || violated === "form-action"
      ? 'Client code reaches your own server only. Write io() or fetch("/path") without a host.'
      : "Client code loads nothing from elsewhere: only the files of your own program.";
  return cut(`Refused by the browser (${violated}): ${address}. ${what}`);
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function valueText(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value, withoutBytes) ?? String(value);
  } catch {
    return String(value);
  }
}

/**
 * @param {string} _key
 * @param {unknown} value
 */
function withoutBytes(_key, value) {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return `‹${value.byteLength} bytes›`;
  return typeof value === "bigint" ? `${value}n` : value;
}

/** @param {string} text */
function cut(text) {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
