// Frame → Engine.IO packet (protocol revision 4, https://socket.io/docs/v4/engine-io-protocol/). Pure.

const NAMES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];

/**
 * Parse a literal frame.
 *
 * Returns {type, name, data, binary, problem}: `type` is the first character (null for a binary frame), `data` what
 * follows it, `binary` the base64 of a binary frame or null, `problem` a sentence when it is not a frame, else "".
 *
 * @param {string} frame
 * @returns {EnginePacket}
 */
export function parseEngine(frame) {
  if (typeof frame !== "string" || frame === "") return broken("An empty frame is no Engine.IO packet.");
  if (frame[0] === "b") return { type: null, name: "binary", data: "", binary: frame.slice(1), problem: "" };
  const name = NAMES[Number.parseInt(frame[0], 10)];
  if (!name) return broken(`“${frame[0]}” is no Engine.IO packet type: those are the digits 0 to 6.`);
  return { type: frame[0], name, data: frame.slice(1), binary: null, problem: "" };
}

/**
 * Return whether a frame belongs to the heartbeat: ping or pong, but not the probe of an upgrade.
 *
 * @param {string} frame
 */
export function isHeartbeat(frame) {
  return frame === "2" || frame === "3";
}

/**
 * @param {string} problem
 * @returns {EnginePacket}
 */
function broken(problem) {
  return { type: null, name: "unknown", data: "", binary: null, problem };
}
