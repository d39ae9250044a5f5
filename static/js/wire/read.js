// Parses a row of the trace, once however often it is asked for. Pure.

import { parseEngine } from "./engineio.js";
import { parseSocket } from "./socketio.js";

/** @type {WeakMap<{frame: string}, ReadFrame>} */
const READ = new WeakMap();

/**
 * Return {engine, socket} of a row; `socket` is null where the frame carries no Socket.IO packet.
 *
 * @param {{frame: string}} row
 * @returns {ReadFrame}
 */
export function readRow(row) {
  let read = READ.get(row);
  if (read === undefined) {
    const engine = parseEngine(row.frame);
    read = { engine, socket: engine.name === "message" ? parseSocket(engine.data) : null };
    READ.set(row, read);
  }
  return read;
}
