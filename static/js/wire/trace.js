// How the rows of a trace are related: questions and answers, attachments, events outside a namespace. Pure.

import { readRow } from "./read.js";

/**
 * What is known about one client's connection while the rows are read.
 *
 * @typedef {{
 *   whole: boolean,
 *   joined: Set<string>,
 *   asked: Map<string, TraceRow>,
 *   waiting: Record<Direction, {row: TraceRow, left: number, number: number} | null>,
 * }} OpenConnection
 */

/** @type {Record<Direction, Direction>} */
const OTHER = { sent: "received", received: "sent" };

/**
 * Find the relations between the rows of a trace, oldest first.
 *
 * Returns a Map with a relation for each row: {question, answer, attachmentOf, number, early, asks}. `question` and
 * `answer` are the rows that an acknowledgement joins; `attachmentOf` is the row whose bytes a binary frame carries, as
 * attachment `number` (from 1); `early` says that an event passed before the server let the client into its namespace;
 * `asks` that an acknowledgement is awaited. What does not apply is null or false.
 *
 * @param {TraceRow[]} rows
 * @returns {WholeMap<TraceRow, Relation>}
 */
export function relate(rows) {
  /** @type {WholeMap<TraceRow, Relation>} */
  const relations = new Map();
  /** @type {WholeMap<string, OpenConnection>} */
  const connections = new Map();
  for (const row of rows) {
    const { engine, socket } = readRow(row);
    if (engine.name === "open" || !connections.has(row.client))
      connections.set(row.client, newConnection(engine.name === "open"));
    const relation = { question: null, answer: null, attachmentOf: null, number: 0, early: false, asks: false };
    relations.set(row, relation);
    follow(connections.get(row.client), { row, engine, packet: socket, relation, relations });
  }
  return relations;
}

/**
 * `whole`: the rows begin with the connection's own beginning, so it is known which namespaces it has joined.
 *
 * @param {boolean} whole
 * @returns {OpenConnection}
 */
function newConnection(whole) {
  return { whole, joined: new Set(), asked: new Map(), waiting: { sent: null, received: null } };
}

/**
 * @param {OpenConnection} connection
 * @param {{row: TraceRow, engine: EnginePacket, packet: Packet | null, relation: Relation, relations: WholeMap<TraceRow, Relation>}} frame
 */
function follow(connection, { row, engine, packet, relation, relations }) {
  if (engine.binary !== null) {
    attach(connection, row, relation);
    return;
  }
  if (packet === null) return;
  const { namespace, name, attachments, ack } = packet;
  if (attachments > 0) connection.waiting[row.direction] = { row, left: attachments, number: 0 };
  if (name === "CONNECT" && row.direction === "received") connection.joined.add(namespace);
  if (name === "DISCONNECT") connection.joined.delete(namespace);
  if (name.endsWith("EVENT")) {
    relation.early = connection.whole && !connection.joined.has(namespace);
    relation.asks = ack !== null;
    if (relation.asks) connection.asked.set(keyOf(row.direction, namespace, ack), row);
  }
  if (name.endsWith("ACK")) {
    const key = keyOf(OTHER[row.direction], namespace, ack);
    relation.question = connection.asked.get(key) ?? null;
    connection.asked.delete(key);
    if (relation.question) relations.get(relation.question).answer = row;
  }
}

/**
 * Bytes belong to the newest packet of their direction that announced some.
 *
 * @param {OpenConnection} connection
 * @param {TraceRow} row
 * @param {Relation} relation
 */
function attach(connection, row, relation) {
  const waiting = connection.waiting[row.direction];
  if (!waiting) return;
  waiting.number += 1;
  relation.attachmentOf = waiting.row;
  relation.number = waiting.number;
  if (waiting.number === waiting.left) connection.waiting[row.direction] = null;
}

/**
 * Each side counts its own ids, in each namespace.
 *
 * @param {Direction} asker
 * @param {string} namespace
 * @param {string | null} id
 */
function keyOf(asker, namespace, id) {
  return `${asker} ${namespace} ${id}`;
}

/**
 * Return the relations of `row` to the others, as sentences; [] when there are none.
 *
 * @param {TraceRow} row
 * @param {TraceRow[]} rows
 * @returns {string[]}
 */
export function tellRelations(row, rows) {
  const { question, answer, attachmentOf, number, early, asks } = relate(rows).get(row) ?? {};
  return [
    question && `It answers “${eventOf(question)}”, which was ${question.direction} ${between(question, row)} before.`,
    answer && `Its answer came ${between(row, answer)} later.`,
    asks && !answer && "No answer to it is in this list (yet).",
    attachmentOf && `It is attachment ${number} of “${eventOf(attachmentOf)}”, ${between(attachmentOf, row)} before.`,
    early &&
      (row.direction === "received"
        ? "It came before the server's CONNECT: it was emitted inside the connect handler."
        : "It was sent before the server let this client into the namespace, so the server ignores it."),
  ].filter(Boolean);
}

/** @param {TraceRow} row */
function eventOf(row) {
  const { socket } = readRow(row);
  return socket?.event ?? socket?.name ?? "";
}

/**
 * @param {TraceRow} earlier
 * @param {TraceRow} later
 */
function between(earlier, later) {
  const ms = Math.max(0, later.time - earlier.time) * 1000;
  return ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
