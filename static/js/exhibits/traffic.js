// How many bytes a transport moves. Bodies and frames are counted exactly; HTTP heads are added up from what a page can
// see of them, which leaves out cookies and a few of the browser's own headers: the true number is a little higher.

const encoder = new TextEncoder();
const REQUEST_ALWAYS =
  "Connection: keep-alive\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, br\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n";
/** RFC 6455, section 4: key (24 characters), version, upgrade and connection. */
const UPGRADE_REQUEST =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nSec-WebSocket-Key: ========================\r\n";
const UPGRADE_ANSWER =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ============================\r\n\r\n";

/** Return the bytes of `text` as UTF-8. */
export function size(text) {
  return encoder.encode(text).length;
}

/** Return the bytes of the head with which a browser asks for `url`; `upgrade` for a WebSocket's handshake. */
export function requestHead(
  url,
  { upgrade = false, agent = navigator.userAgent, languages = navigator.languages } = {},
) {
  const { pathname, search, host } = new URL(url);
  const lines = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${agent}\r\nAccept-Language: ${languages.join(",")}\r\n`;
  return size(`${lines}${upgrade ? UPGRADE_REQUEST : REQUEST_ALWAYS}\r\n`);
}

/** Return the bytes of an answer's head; `headers` are those of a fetch's Response. */
export function answerHead({ status, statusText, headers }) {
  let total = size(`HTTP/1.1 ${status} ${statusText}\r\n\r\n`);
  headers.forEach((value, name) => {
    total += size(name) + size(value) + 4;
  });
  return total;
}

/** Return the bytes of both heads of a WebSocket's handshake. */
export function handshake(url) {
  return requestHead(url, { upgrade: true }) + size(UPGRADE_ANSWER);
}

/**
 * Return the bytes of a WebSocket frame with `payload` bytes (RFC 6455, section 5.2); a client's frames carry a mask.
 */
export function frame(payload, { masked }) {
  const length = payload < 126 ? 0 : payload < 65_536 ? 2 : 8;
  return 2 + length + (masked ? 4 : 0) + payload;
}

/**
 * Return the bytes of an Engine.IO packet {type, data} of socket.io-client, as the text of one frame.
 *
 * @param {{data?: any}} told
 */
export function packet({ data }) {
  return 1 + (typeof data === "string" ? size(data) : 0);
}
