// What addresses mean in client code, which is written for a page of its own server. Pure: values in, values out.

const PRINTED = new Set(["localhost", "127.0.0.1"]);

/**
 * Return where `io(uri)` leads: {uri}, for socket.io-client. No address, "/", "/chat" and what Flask prints when it
 * starts (http://localhost:5000) all mean the learner's own server; another address stays unchanged, and is refused.
 *
 * `here` is the page's location: {protocol, host}.
 *
 * @param {unknown} uri
 * @param {{protocol: string, host: string}} here
 */
export function ownAddress(uri, here) {
  const home = `${here.protocol}//${here.host}`;
  if (uri === undefined || uri === null || uri === "") return home;
  const text = String(uri);
  if (text.startsWith("/") && !text.startsWith("//")) return home + text;
  let asked;
  try {
    asked = new URL(text);
  } catch {
    return text;
  }
  if (!PRINTED.has(asked.hostname) && asked.host !== here.host) return text;
  return home + asked.pathname.replace(/^\/$/, "") + asked.search;
}

/**
 * Return the options of a connection with their path below `server`, "/sandbox/<id>/<client>".
 *
 * @param {any} options
 * @param {string} server
 */
export function ownOptions(options, server) {
  const path = String(options?.path ?? "/socket.io");
  return { ...options, path: `${server}${path.startsWith("/") ? "" : "/"}${path}` };
}

/**
 * Return what `fetch(input)` asks for: a path goes to the learner's own server, anything else is left alone.
 *
 * @template Input
 * @param {Input} input
 * @param {string} server
 * @returns {Input | string}
 */
export function ownPath(input, server) {
  const isPath = typeof input === "string" && input.startsWith("/") && !input.startsWith("//");
  return isPath && !input.startsWith(`${server}/`) ? server + input : input;
}
