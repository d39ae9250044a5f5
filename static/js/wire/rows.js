// Filters the rows of a trace. Pure.

import { isHeartbeat } from "./engineio.js";

/**
 * Split rows by a filter {client, direction, heartbeat}: those to show, and how many heartbeats stay hidden.
 *
 * @param {TraceRow[]} rows
 * @param {{client?: string, direction?: string, heartbeat?: boolean}} filter
 */
export function sift(rows, { client = "", direction = "", heartbeat = false }) {
  const wanted = rows.filter(
    (row) => (!client || row.client === client) && (!direction || row.direction === direction),
  );
  const shown = heartbeat ? wanted : wanted.filter((row) => !isHeartbeat(row.frame));
  return { shown, hidden: wanted.length - shown.length };
}

/**
 * Return the clients that appear, in the order in which they came.
 *
 * @param {TraceRow[]} rows
 */
export function clientsOf(rows) {
  return [...new Set(rows.map((row) => row.client))];
}

/**
 * Return rows as text, one a line, for the clipboard.
 *
 * @param {TraceRow[]} rows
 */
export function asText(rows) {
  return rows.map((row) => `${row.time.toFixed(3)}\t${row.client}\t${row.direction}\t${row.frame}`).join("\n");
}
