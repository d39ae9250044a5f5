// A request to the lesson namespace: a promise of the acknowledgement, or an error that has a code and a sentence.

const REQUEST_TIMEOUT_MS = 10_000;
/** How long a request waits for a connection that is being made: a button must not seem dead for longer. */
const CONNECT_PATIENCE_MS = 4_000;

/** @type {Record<string, string>} */
const SENTENCES = {
  offline: "The page is not connected to the server just now. It reconnects by itself; your code is saved.",
  timeout: "The server did not answer in time. Try again in a moment.",
  bad_reply: "The server answered with something this page does not understand. Reload the page and try again.",
};

/** Why a request failed: `code` is stable, `message` is a sentence for the learner, `reply` the whole answer if any. */
export class RequestFailed extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {any} reply
   */
  constructor(code, message = "", reply = null) {
    super(message || SENTENCES[code] || "Something went wrong on the way. Try again.");
    this.name = "RequestFailed";
    this.code = code;
    this.reply = reply;
  }
}

/**
 * Emit `event` and return its acknowledgement.
 *
 * It waits a little for a socket that is still connecting; `timeout` (milliseconds) covers everything. Nothing is left
 * in the client's send buffer, from which a Run could start long after the learner had given up.
 *
 * Throws RequestFailed: "offline", "timeout", "bad_reply", or the server's own code.
 *
 * @param {import("socket.io-client").Socket} socket
 * @param {string} event
 * @param {object} payload
 * @param {{timeout?: number}} options
 * @returns {Promise<any>}
 */
export async function request(socket, event, payload, { timeout = REQUEST_TIMEOUT_MS } = {}) {
  const until = Date.now() + timeout;
  if (!socket.connected) await connected(socket, Math.min(timeout, CONNECT_PATIENCE_MS));
  let reply;
  try {
    reply = await socket.timeout(Math.max(1, until - Date.now())).emitWithAck(event, payload);
  } catch {
    throw new RequestFailed(socket.connected ? "timeout" : "offline");
  }
  if (reply?.ok === true) return reply;
  if (reply?.error?.code) throw new RequestFailed(reply.error.code, reply.error.message, reply);
  throw new RequestFailed("bad_reply", "", reply);
}

/**
 * @param {import("socket.io-client").Socket} socket
 * @param {number} timeout
 * @returns {Promise<void>}
 */
function connected(socket, timeout) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.off("connect", arrived);
      reject(new RequestFailed("offline"));
    }, timeout);
    function arrived() {
      clearTimeout(timer);
      resolve();
    }
    socket.once("connect", arrived);
  });
}
