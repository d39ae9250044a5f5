// The only owner of this page's Socket.IO client to the lesson namespace. Client cards have connections of their own.

import { Manager } from "socket.io-client";
import { request } from "./requests.js";

export { RequestFailed } from "./requests.js";

const REFUSED_RETRY_MS = 5_000;

/**
 * Connect to `namespace` and keep the connection up.
 *
 * WebSocket is tried first: browsers allow six HTTP/1.1 requests to a host, and client cards on long-polling need them.
 * `onConnection("connecting" | "online" | "offline", reason)` hears every change; `handlers` maps announcements to
 * functions. Returns {request(event, payload, {timeout}), send(event, payload), close(), socket}.
 *
 * @param {string} namespace
 * @param {{handlers?: Record<string, (told: any) => void>, onConnection?: (connection: Connection, reason: string) => void}} listeners
 */
export function openSocket(namespace, { handlers = {}, onConnection = () => {} } = {}) {
  const manager = new Manager(window.location.origin, {
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
  });
  const socket = manager.socket(namespace);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;

  function connectAgain() {
    clearTimeout(retry);
    retry = setTimeout(() => socket.connect(), REFUSED_RETRY_MS);
  }

  socket.on("connect", () => onConnection("online", ""));
  socket.on("disconnect", (reason) => {
    if (reason === "io client disconnect") return;
    onConnection("offline", reason);
    if (!socket.active) connectAgain();
  });
  socket.on("connect_error", (error) => {
    onConnection("offline", error.message);
    // The server refused the namespace: the library does not retry this by itself, as it does after a lost transport.
    if (!socket.active) connectAgain();
  });
  for (const [event, handle] of Object.entries(handlers)) {
    socket.on(event, (payload) => handle(payload ?? {}));
  }
  onConnection("connecting", "");

  return {
    socket,
    /** @type {Ask} */
    request: (event, payload, options) => request(socket, event, payload, options),
    /**
     * Emit without waiting: for the last save of a page that is being left.
     *
     * @param {string} event
     * @param {object} payload
     */
    send(event, payload) {
      if (socket.connected) socket.emit(event, payload);
    },
    close() {
      clearTimeout(retry);
      socket.disconnect();
    },
  };
}
