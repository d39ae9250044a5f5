// Which lines of server.py belong to an event, found in its text: decorators, registrations, emits. Pure.
//
// Plain matching, no parsing of Python: what is built at run time is not found, and the page says so.

const DECORATED = /^\s*@\s*\w+\.on\(\s*(["'])(.+?)\1(?:.*?namespace\s*=\s*(["'])(.+?)\3)?/;
const BARE = /^\s*@\s*\w+\.event\b(?:.*?namespace\s*=\s*(["'])(.+?)\1)?/;
const REGISTERED = /\.on_event\(\s*(["'])(.+?)\1\s*,\s*(\w+)(?:.*?namespace\s*=\s*(["'])(.+?)\4)?/;
const FUNCTION = /^\s*def\s+(\w+)\s*\(/;
const CLASS = /^class\s+(\w+)\s*\(.*Namespace\s*\)/;
const EMITTED = /\b(?:emit|send|call)\(/;

/**
 * Return the handlers that the text registers: [{event, namespace, line, name}], `line` from 1, that of the `def`.
 *
 * @param {string} source
 * @returns {FoundHandler[]}
 */
export function handlersIn(source) {
  const lines = source.split("\n");
  /** @type {FoundHandler[]} */
  const found = [];
  /** @type {{event: string | null, namespace: string}[]} */
  let waiting = [];
  /** @type {{name: string, namespace: string} | null} */
  let group = null;
  lines.forEach((text, i) => {
    const decorated = DECORATED.exec(text);
    const bare = BARE.exec(text);
    const registered = REGISTERED.exec(text);
    const opened = CLASS.exec(text);
    const named = FUNCTION.exec(text)?.[1];
    if (decorated) waiting.push({ event: decorated[2], namespace: decorated[4] ?? "/" });
    else if (bare) waiting.push({ event: null, namespace: bare[2] ?? "/" });
    else if (registered)
      found.push({
        event: registered[2],
        namespace: registered[5] ?? "/",
        name: registered[3],
        line: lineOf(lines, registered[3]) ?? i + 1,
      });
    else if (opened) group = { name: opened[1], namespace: placeOf(source, opened[1]) };
    else if (named) {
      for (const { event, namespace } of waiting)
        found.push({ event: event ?? named, namespace, name: named, line: i + 1 });
      waiting = [];
      if (group && /^\s+def\s+on_/.test(text))
        found.push({ event: named.slice(3), namespace: group.namespace, name: `${group.name}.${named}`, line: i + 1 });
    }
    if (/^\S/.test(text) && !opened && !text.startsWith("@")) group = null;
  });
  return found;
}

/**
 * Return the namespace of a registered class: `Chat("/chat")`; "/" when the text does not say.
 *
 * @param {string} source
 * @param {string} name
 */
function placeOf(source, name) {
  return new RegExp(`\\b${name}\\(\\s*["'](/[^"']*)["']`).exec(source)?.[1] ?? "/";
}

/**
 * @param {string[]} lines
 * @param {string} name
 */
function lineOf(lines, name) {
  const at = lines.findIndex((text) => FUNCTION.exec(text)?.[1] === name);
  return at < 0 ? null : at + 1;
}

/**
 * Return the handler of `event` in `namespace`: the last one registered, otherwise the catch-all; or null.
 *
 * @param {FoundHandler[]} handlers
 * @param {string} event
 * @param {string} namespace
 */
export function handlerFor(handlers, event, namespace = "/") {
  const here = handlers.filter((each) => each.namespace === namespace);
  return here.findLast((each) => each.event === event) ?? here.findLast((each) => each.event === "*") ?? null;
}

/**
 * Return the lines (from 1) on which the text emits `event` by its name.
 *
 * @param {string} source
 * @param {string} event
 */
export function emittedOn(source, event) {
  const named = [`"${event}"`, `'${event}'`];
  const sends = { message: /\bsend\(/, json: /\bsend\(.*json\s*=\s*True/ }[event];
  return source
    .split("\n")
    .flatMap((text, i) =>
      (EMITTED.test(text) && named.some((name) => text.includes(`(${name}`))) || sends?.test(text) ? [i + 1] : [],
    );
}
