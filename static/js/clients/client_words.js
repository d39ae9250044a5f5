// What a client card says when there is no connection or no answer. Pure: values in, sentences out.

export const UNREACHABLE =
  "The server could not be reached. Is it running? A pretended origin that it does not accept looks the same over WebSocket.";

/**
 * Return the sentence that no acknowledgement came: the connection ended first, or nothing returned one in time.
 *
 * @param {string} event
 * @param {number} seconds
 * @param {boolean} connected
 */
export function withoutAnswer(event, seconds, connected) {
  return connected
    ? `No acknowledgement for “${event}” within ${seconds} s: no handler has returned one. Is there one of that name, or is it still at work?`
    : `No acknowledgement for “${event}”: the connection ended before one came.`;
}

/**
 * Read a `connect_error` of socket.io-client: {final, text, reason}.
 *
 * `active` says whether the library keeps trying by itself: it does after a failed transport, not after the server's
 * CONNECT_ERROR. An HTTP answer 4xx to the handshake (an origin that is not accepted, a program that has ended) is given
 * in the server's own words; the next attempt would get the same answer, so it is final, too.
 *
 * @param {Error & {data?: any, context?: any}} error
 * @param {{active: boolean}} socket
 */
export function refusalOf(error, { active }) {
  if (!active) {
    const data = error.data === undefined ? "" : ` ${JSON.stringify(error.data)}`;
    // For an unknown namespace the server sends a bare string, in which the library finds no message.
    return { final: true, text: "Refused", reason: `${error.message || "The server has no such namespace."}${data}` };
  }
  const { code, message } = answerOf(error.context);
  if (message === "") return { final: false, text: "Connecting again", reason: "" };
  return {
    final: true,
    text: code.startsWith("sandbox_") || code === "unknown_sandbox" ? "Disconnected" : "Refused",
    reason: message,
  };
}

/**
 * Return the words with which a connection was ended, from the details of socket.io-client's `disconnect`; "" where there
 * are none. Over WebSocket they stand in the Close frame, over long-polling in the answer to a request.
 *
 * @param {any} details
 */
export function endOf(details) {
  const { reason } = details?.context ?? {};
  return typeof reason === "string" ? reason : answerOf(details?.context).message;
}

/**
 * Return {code, message} of an XMLHttpRequest that was answered with 4xx; empty texts for any other failure.
 *
 * @param {any} request
 */
function answerOf(request) {
  const nothing = { code: "", message: "" };
  if (!(request?.status >= 400 && request.status < 500) || typeof request.responseText !== "string") return nothing;
  try {
    const body = JSON.parse(request.responseText);
    if (typeof body === "string") return { code: "", message: body };
    return { code: String(body?.code ?? ""), message: String(body?.message ?? "") };
  } catch {
    return nothing;
  }
}
