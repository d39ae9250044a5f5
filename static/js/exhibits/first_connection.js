// Finds the frames with which a connection begins in the trace. Pure.

import { isHeartbeat, parseEngine } from "../wire/engineio.js";
import { parseSocket } from "../wire/socketio.js";

const MOST = 12;

/**
 * Return the first connection that begins in `rows`, client A's if there is one: its frames from the open packet on,
 * until it is made.
 *
 * Over WebSocket it is made when the server lets the client in (or refuses it); a connection that begins on
 * long-polling and may upgrade goes on until it has. Returns {rows, whole}; no rows when no connection begins.
 */
export function firstConnection(rows) {
  const begins = rows.filter((row) => row.direction === "received" && parseEngine(row.frame).name === "open");
  // Clients that connect together begin in any order; the texts mention client A.
  const first = begins.find((row) => row.client === "A") ?? begins[0];
  if (!first) return { rows: [], whole: false };
  const start = rows.indexOf(first);
  const { client, transport, frame } = first;
  const upgrades = transport === "polling" && canUpgrade(frame);
  const found = [];
  let [joined, upgraded] = [false, !upgrades];
  for (const row of rows.slice(start)) {
    if (row.client !== client || isHeartbeat(row.frame)) continue;
    const { name, data } = parseEngine(row.frame);
    if (found.length > 0 && name === "open") break; // it has connected again
    found.push(row);
    const packet = name === "message" ? parseSocket(data) : null;
    if (packet?.name === "CONNECT_ERROR" || name === "close") return { rows: found, whole: true };
    joined ||= packet?.name === "CONNECT" && row.direction === "received";
    upgraded ||= name === "upgrade";
    if ((joined && upgraded) || found.length === MOST) return { rows: found, whole: true };
  }
  return { rows: found, whole: false };
}

function canUpgrade(frame) {
  try {
    return JSON.parse(parseEngine(frame).data).upgrades.includes("websocket");
  } catch {
    return false;
  }
}

/** Return a kept capture from text, or none: a browser's storage may contain anything. */
export function readCapture(text) {
  try {
    const rows = JSON.parse(text ?? "[]");
    return Array.isArray(rows) ? rows.filter(isRow).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function isRow(row) {
  return (
    row !== null &&
    typeof row === "object" &&
    ["frame", "client", "direction", "transport"].every((key) => typeof row[key] === "string") &&
    Number.isFinite(row.time) &&
    Number.isFinite(row.size)
  );
}
