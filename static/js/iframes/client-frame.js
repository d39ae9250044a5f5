// Runs first in the page of a program's client code: gives it Socket.IO at the learner's own server, and tells the
// pane.
//
// The page has an opaque origin. All it can do with the course is to post messages to the pane that holds it; the pane
// does not trust them (clients/reports.js).

import { io as connectTo, Manager, protocol, Socket } from "socket.io-client";

import { ownAddress, ownOptions, ownPath } from "./own_server.js";
import { argumentsText, consoleText, fileOf, placeOf, refusedText } from "./words.js";

const ACK_MS = 5_000;
const ROWS_PER_SECOND = 60;
const { server, course } = /** @type {{server: string, course: string}} */ (
  /** @type {HTMLScriptElement} */ (document.currentScript).dataset
);
/** @type {any} */
let socket = null; // the newest: the pane's form emits on this one
let second = 0;
let rows = 0;

/**
 * @param {string} kind
 * @param {object} report
 */
function tell(kind, report = {}) {
  if (window.parent !== window) window.parent.postMessage({ duplex: kind, ...report, next: socket?.ids ?? 0 }, course);
}

/**
 * Report a row for the pane's list, unless there were too many in this second.
 *
 * @param {string} kind
 * @param {object} report
 */
function tellRow(kind, report = {}) {
  const now = Math.floor(performance.now() / 1000);
  if (now !== second) [second, rows] = [now, 0];
  rows += 1;
  if (rows <= ROWS_PER_SECOND) tell(kind, report);
  else if (rows === ROWS_PER_SECOND + 1)
    tell("note", { text: `More than ${ROWS_PER_SECOND} rows in a second: the rest of this second is left out.` });
}

// Socket.IO, at the learner's own server

/**
 * @param {any} uri
 * @param {any} options
 * @returns {any}
 */
function io(uri, options) {
  if (typeof uri === "object") return io(undefined, uri ?? options);
  return watched(connectTo(ownAddress(uri, location), ownOptions(options, server)));
}

class OwnManager extends Manager {
  /**
   * @param {any} uri
   * @param {any} options
   */
  constructor(uri, options) {
    const [address, chosen] = typeof uri === "object" ? [undefined, uri] : [uri, options];
    super(ownAddress(address, location), ownOptions(chosen, server));
  }

  /**
   * @param {string} namespace
   * @param {any} options
   */
  socket(namespace, options) {
    return watched(super.socket(namespace, options));
  }
}

/** @param {any} made */
function watched(made) {
  if (made.watched) return made;
  made.watched = true;
  socket = made;
  /** @param {(...values: any[]) => unknown} hear */
  const newest =
    (hear) =>
    /** @param {...any} values */
    (...values) =>
      socket === made && hear(...values);
  const state = newest((name, reason = "") =>
    tell("state", { state: name, transport: made.io.engine?.transport?.name ?? "", reason }),
  );
  state("connecting");
  made.on("connect", () => {
    state("connected");
    made.io.engine.once("upgrade", () => state("connected"));
  });
  made.on("connect_error", (/** @type {Error} */ error) =>
    state(made.active ? "trying" : "refused", String(error?.message ?? "")),
  );
  made.on("disconnect", (/** @type {string} */ reason) => state(made.active ? "trying" : "closed", reason));
  made.io.on("reconnect_failed", () => state("refused", "The server could not be reached."));
  made.onAnyOutgoing(() => tellRow("sent"));
  made.onAny((/** @type {unknown} */ name, /** @type {unknown[]} */ ...args) =>
    tellRow("event", { name: String(name), args: argumentsText(args) }),
  );
  return made;
}

Object.assign(io, { io, connect: io, Manager: OwnManager, Socket, protocol });
// A page that also loads the library itself must not lose this one: the library would call the course's own address.
Object.defineProperty(window, "io", { get: () => io, set: () => {}, configurable: true });

const fetchFrom = window.fetch;
window.fetch = (input, init) => fetchFrom(ownPath(input, server), init);

// Reports to the pane

for (const level of /** @type {const} */ (["log", "info", "debug", "warn", "error"])) {
  // biome-ignore lint/suspicious/noConsole: the program's console is what is passed on
  const print = console[level];
  console[level] = (/** @type {unknown[]} */ ...values) => {
    print.apply(console, values);
    tellRow("console", { level, text: consoleText(values) });
  };
}

window.addEventListener(
  "error",
  (event) => {
    if (event.target !== window) {
      const { localName, src, href } = /** @type {any} */ (event.target);
      tellRow("console", {
        level: "error",
        text: `${localName}: ${fileOf(src ?? href)} could not be loaded.`,
      });
      return;
    }
    const place = event.error?.stack ? placeOf(event.error) : { file: fileOf(event.filename), line: event.lineno };
    tellRow("console", { level: "error", text: consoleText([event.error ?? event.message]), ...place });
  },
  { capture: true },
);
window.addEventListener("unhandledrejection", ({ reason }) => {
  tellRow("console", { level: "error", text: consoleText(["Unhandled:", reason]), ...placeOf(reason) });
});
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
  tellRow("console", { level: "error", text: refusedText(effectiveDirective, blockedURI) });
});

/** The pane shows the page as soon as there is something to see. */
function watchDrawing() {
  const visible = () =>
    [...(document.body?.childNodes ?? [])].some((node) =>
      node instanceof Text ? node.data.trim() : node instanceof Element && node.localName !== "script",
    );
  const drawing = new MutationObserver(() => {
    if (!visible()) return;
    drawing.disconnect();
    tell("drawn");
  });
  drawing.observe(document, { childList: true, subtree: true });
}

// Requests from the pane: to emit on the page's own connection

window.addEventListener("message", (event) => {
  if (event.source !== window.parent || event.origin !== course || event.data?.duplex !== "emit") return;
  event.stopImmediatePropagation();
  const { name, args, ack } = event.data;
  if (!socket?.connected) return tell("note", { text: "Not sent: the page's code has no connection now." });
  const begun = performance.now();
  /**
   * @param {Error | null} error
   * @param {...unknown} answer
   */
  const answered = (error, ...answer) =>
    error
      ? tell("note", { text: `No acknowledgement for “${name}” within ${ACK_MS / 1000} s.` })
      : tell("ack", { name, args: argumentsText(answer), ms: performance.now() - begun });
  try {
    if (ack) socket.timeout(ACK_MS).emit(name, ...args, answered);
    else socket.emit(name, ...args);
  } catch (error) {
    tell("note", { text: `Not sent by the JavaScript client: ${error instanceof Error ? error.message : error}.` });
  }
});

watchDrawing();
tell("begun");
