// One client of a running server: its own Manager, so that panes share no connection, and its tag in the address.

import { Manager } from "socket.io-client";
import { engineOf } from "../core/sandbox_address.js";
import { endOf, refusalOf, UNREACHABLE, withoutAnswer } from "./client_words.js";

const ATTEMPTS = 6;
const ACK_MS = 5_000;
/** @type {Record<string, string[]>} */
const TRANSPORTS = { upgrade: ["polling", "websocket"], websocket: ["websocket"], polling: ["polling"] };

/** Owns the connection of one client; reports what happens by callbacks, and knows nothing about the page. */
export class ClientLink {
  /**
   * `onState({kind, text, reason})`: kind is off, busy, on or bad; text says it in words; reason says why, or "".
   * `onHeard(row)`: {kind: "event", name, args, answered} | {kind: "ack", name, args, ms} | {kind: "note", text}.
   *
   * @param {string} tag
   * @param {{onState: (state: LinkState) => void, onHeard: (row: ReceivedRow) => void}} hear
   */
  constructor(tag, { onState, onHeard }) {
    this.tag = tag;
    this.tell = onState;
    this.heard = onHeard;
    /** @type {import("socket.io-client").Socket | null} */
    this.socket = null;
    /** @type {Manager | null} */
    this.manager = null;
    /**
     * Called with each new engine, also after a reconnection: for a page that shows the frames itself.
     *
     * @type {((engine: any) => void) | null}
     */
    this.onEngine = null;
  }

  /**
   * Connect to a sandbox. `settings` is {namespace, auth, transport, origin}; auth is a value or undefined.
   *
   * @param {{url: string}} sandbox
   * @param {ClientSettings} settings
   */
  connect(sandbox, { namespace = "/", auth, transport = "upgrade", origin = "" } = {}) {
    this.disconnect();
    this.tell({ kind: "busy", text: "Connecting", reason: "" });
    const { origin: server, path } = engineOf(sandbox, this.tag);
    const manager = new Manager(server, {
      path,
      transports: TRANSPORTS[transport],
      query: origin ? { duplex_origin: origin } : undefined,
      reconnectionAttempts: ATTEMPTS,
      reconnectionDelay: 400,
      reconnectionDelayMax: 4_000,
      autoConnect: false,
    });
    const socket = manager.socket(namespace, auth === undefined ? {} : { auth });
    this.manager = manager;
    this.socket = socket;
    this.#listen(manager, socket);
    socket.connect();
    this.onEngine?.(manager.engine);
  }

  /** End the connection; harmless when there is none. */
  disconnect() {
    const { socket } = this;
    if (!socket) return;
    this.socket = null;
    socket.disconnect();
    this.manager?.removeAllListeners();
    this.tell({ kind: "off", text: "Disconnected", reason: "" });
  }

  get connected() {
    return this.socket?.connected ?? false;
  }

  /** Whether there is a connection, or one is being made. */
  get active() {
    return this.socket !== null;
  }

  /** The id that the next acknowledged emit will carry. */
  get nextAck() {
    return /** @type {any} */ (this.socket)?.ids ?? 0;
  }

  /**
   * Emit an event; with `ack`, what the handler returns is reported as a row of its own.
   *
   * @param {string} event
   * @param {any[]} args
   * @param {{ack: boolean}} how
   */
  emit(event, args, { ack }) {
    const begun = performance.now();
    /**
     * @param {Error | null} error
     * @param {...any} answer
     */
    const answered = (error, ...answer) => {
      if (error) this.heard({ kind: "note", text: withoutAnswer(event, ACK_MS / 1000, this.connected) });
      else this.heard({ kind: "ack", name: event, args: answer, ms: performance.now() - begun });
    };
    try {
      if (ack) this.socket?.timeout(ACK_MS).emit(event, ...args, answered);
      else this.socket?.emit(event, ...args);
    } catch (error) {
      // The library throws if the name is one of its own events, such as connect.
      this.heard({ kind: "note", text: `Not sent by the JavaScript client: ${messageOf(error)}.` });
    }
  }

  /**
   * @param {Manager} manager
   * @param {import("socket.io-client").Socket} socket
   */
  #listen(manager, socket) {
    /** @param {(...values: any[]) => unknown} hear */
    const mine =
      (hear) =>
      /** @param {...any} values */
      (...values) =>
        this.socket === socket && hear(...values);
    const transport = () => manager.engine?.transport?.name ?? "";
    const { nsp } = /** @type {any} */ (socket);
    const place = nsp === "/" ? "" : ` · ${nsp}`;
    const on = () => this.tell({ kind: "on", text: `Connected · ${transport()}${place}`, reason: "" });
    socket.on("connect", mine(on));
    manager.on(
      "open",
      mine(() =>
        manager.engine.on(
          "upgrade",
          mine(() => socket.connected && on()),
        ),
      ),
    );
    manager.on(
      "reconnect_attempt",
      mine((count) => {
        this.tell({ kind: "busy", text: `Reconnecting ${count}`, reason: "" });
        // The attempt makes its engine right after this event.
        queueMicrotask(mine(() => this.onEngine?.(manager.engine)));
      }),
    );
    manager.on(
      "reconnect_failed",
      mine(() => this.#over("No connection", UNREACHABLE)),
    );
    socket.on(
      "connect_error",
      mine((error) => this.#refused(socket, error)),
    );
    socket.on(
      "disconnect",
      mine((reason, details) => {
        const why = endOf(details);
        if (why) this.heard({ kind: "note", text: why });
        if (socket.active) this.tell({ kind: "busy", text: "Reconnecting", reason: why });
        else
          this.#over("Disconnected", reason === "io server disconnect" ? "The server disconnected this client." : "");
      }),
    );
    // A listener is given a callback as its last argument when the server asks for an acknowledgement: answer it.
    socket.onAny(
      mine((name, ...args) => {
        const asked = typeof args.at(-1) === "function";
        if (asked) args.pop()("ok");
        this.heard({ kind: "event", name, args, answered: asked ? "ok" : null });
      }),
    );
  }

  /**
   * @param {import("socket.io-client").Socket} socket
   * @param {Error} error
   */
  #refused(socket, error) {
    const { final, text, reason } = refusalOf(error, { active: socket.active });
    if (final) this.#over(text, reason, "bad");
    else this.tell({ kind: "busy", text, reason });
  }

  /**
   * @param {string} text
   * @param {string} reason
   * @param {LinkState["kind"]} kind
   */
  #over(text, reason, kind = reason ? "bad" : "off") {
    const { socket } = this;
    this.socket = null;
    socket?.disconnect();
    this.tell({ kind, text, reason });
  }
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
