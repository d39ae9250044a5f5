// One client of a running server: its own Manager, so that panes share no connection, and its tag in the address.

import { Manager } from "socket.io-client";

const ATTEMPTS = 6;
const ACK_MS = 5_000;
export const TRANSPORTS = { upgrade: ["polling", "websocket"], websocket: ["websocket"], polling: ["polling"] };

/** Owns the connection of one client; tells what happens by callbacks, and knows nothing of the page. */
export class ClientLink {
  /**
   * `onState({kind, text, reason})`: kind is off, busy, on or bad; text says it in words; reason says why, or "".
   * `onHeard(row)`: {kind: "event", name, args} | {kind: "ack", name, args, ms} | {kind: "note", text}.
   */
  constructor(tag, { onState, onHeard }) {
    this.tag = tag;
    this.tell = onState;
    this.heard = onHeard;
    this.socket = null;
    /** Called with each new Manager once its engine exists: for a page that shows the frames itself. */
    this.onManager = null;
  }

  /** Connect to a sandbox. `settings` is {namespace, auth, transport, origin}; auth is a value or undefined. */
  connect(sandbox, { namespace = "/", auth, transport = "upgrade", origin = "" } = {}) {
    this.disconnect();
    this.tell({ kind: "busy", text: "Connecting", reason: "" });
    const manager = new Manager(location.origin, {
      path: `/sandbox/${sandbox}/${this.tag}/socket.io`,
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
    this.onManager?.(manager);
  }

  /** End the connection; harmless when there is none. */
  disconnect() {
    const { socket } = this;
    if (!socket) return;
    this.socket = null;
    socket.disconnect();
    this.manager.removeAllListeners();
    this.tell({ kind: "off", text: "Disconnected", reason: "" });
  }

  get connected() {
    return this.socket?.connected ?? false;
  }

  /** Whether a connection is there or being made. */
  get active() {
    return this.socket !== null;
  }

  /** The id that the next acknowledged emit will carry. */
  get nextAck() {
    return this.socket?.ids ?? 0;
  }

  /** Emit an event; with `ack`, what the handler returns is heard as a row of its own. */
  emit(event, args, { ack }) {
    if (!ack) {
      this.socket.emit(event, ...args);
      return;
    }
    const begun = performance.now();
    this.socket.timeout(ACK_MS).emit(event, ...args, (error, ...answer) => {
      if (error) this.heard({ kind: "note", text: `No acknowledgement for “${event}” within ${ACK_MS / 1000} s. Is there a handler of that name, and does it return?` });
      else this.heard({ kind: "ack", name: event, args: answer, ms: performance.now() - begun });
    });
  }

  #listen(manager, socket) {
    const mine = (hear) => (...values) => this.socket === socket && hear(...values);
    const transport = () => manager.engine?.transport?.name ?? "";
    const on = () => this.tell({ kind: "on", text: `Connected · ${transport()}`, reason: "" });
    socket.on("connect", mine(on));
    manager.on("open", mine(() => manager.engine.on("upgrade", mine(() => socket.connected && on()))));
    manager.on("reconnect_attempt", mine((count) => this.tell({ kind: "busy", text: `Reconnecting ${count}`, reason: "" })));
    manager.on("reconnect_failed", mine(() => this.#over("No connection", "The server could not be reached. Is it running?")));
    socket.on("connect_error", mine((error) => this.#refused(socket, error)));
    socket.on("disconnect", mine((reason) => {
      if (socket.active) this.tell({ kind: "busy", text: "Reconnecting", reason: "" });
      else this.#over("Disconnected", reason === "io server disconnect" ? "The server disconnected this client." : "");
    }));
    // socket.io-client calls listeners with a callback when the server asks for an acknowledgement: say that it came.
    socket.onAny(mine((name, ...args) => {
      const last = args.at(-1);
      const asked = typeof last === "function";
      if (asked) last("ok");
      this.heard({ kind: "event", name, args: asked ? args.slice(0, -1) : args });
    }));
  }

  #refused(socket, error) {
    if (socket.active) {
      this.tell({ kind: "busy", text: "Connecting again", reason: "" });
      return;
    }
    const data = error.data === undefined ? "" : ` ${JSON.stringify(error.data)}`;
    this.#over("Refused", `${error.message || "The server has no such namespace."}${data}`, "bad");
  }

  #over(text, reason, kind = reason ? "bad" : "off") {
    const { socket } = this;
    this.socket = null;
    socket?.disconnect();
    this.tell({ kind, text, reason });
  }
}
