// What the clients of a trace did, as steps that a person can repeat by hand. Pure.

import { readRow } from "../wire/read.js";

const LETTERS = "ABCDEFGH";

/**
 * Return {panes, steps}: `panes` maps each client of the trace to the pane that plays it, `steps` are, in order,
 * [{client, pane, act, event, args, ack, namespace, auth, bytes}] with `act` connect, emit or leave. `args` are JSON
 * values; `bytes` says how many of them were binary and have to be chosen as a file.
 *
 * @param {TraceRow[]} rows
 * @returns {{panes: Map<string, string>, steps: Step[]}}
 */
export function stepsOf(rows) {
  const panes = new Map();
  /** @type {Step[]} */
  const steps = [];
  for (const row of rows) {
    if (row.direction !== "sent") continue;
    const { engine, socket } = readRow(row);
    /** @type {(Partial<Step> & {act: Step["act"]}) | null} */
    const step = socket && !socket.problem ? fromPacket(socket) : engine.name === "close" ? { act: "leave" } : null;
    if (!step) continue;
    if (!panes.has(row.client))
      panes.set(row.client, /^[A-H]$/.test(row.client) ? row.client : (LETTERS[panes.size] ?? "H"));
    const before = steps.at(-1);
    // 41, then 1: one goodbye.
    if (step.act === "leave" && before?.act === "leave" && before.client === row.client) continue;
    steps.push({
      client: row.client,
      pane: panes.get(row.client),
      event: "",
      args: [],
      ack: false,
      namespace: "/",
      bytes: 0,
      ...step,
    });
  }
  return { panes, steps };
}

/**
 * @param {Packet} packet
 * @returns {(Partial<Step> & {act: Step["act"]}) | null}
 */
function fromPacket({ name, namespace, data, event, args, ack, attachments }) {
  if (name === "CONNECT") return { act: "connect", namespace, auth: isEmpty(data) ? undefined : data };
  if (name === "DISCONNECT") return { act: "leave", namespace };
  if (event === null) return null;
  return {
    act: "emit",
    event,
    namespace,
    ack: ack !== null,
    bytes: attachments,
    args: args.filter((value) => !value?._placeholder),
  };
}

/**
 * Clients in Python send an empty object where a browser sends nothing.
 *
 * @param {unknown} data
 */
function isEmpty(data) {
  return typeof data === "object" && data !== null && Object.keys(data).length === 0;
}

/**
 * Return a step in words, for the pane that plays it.
 *
 * @param {Step} step
 */
export function sayStep({ act, event, args, ack, namespace, auth, bytes }) {
  const where = namespace === "/" ? "" : ` in ${namespace}`;
  if (act === "connect")
    return `connect${namespace === "/" ? "" : ` to ${namespace}`}${auth === undefined ? "" : `, auth ${JSON.stringify(auth)}`}`;
  if (act === "leave") return `disconnect${where}`;
  const values = args.map((value) => JSON.stringify(value)).join(", ");
  return `emit ${event}${values && ` ${values}`}${where}${ack ? ", wait for the ack" : ""}${bytes > 0 ? ", with a file" : ""}`;
}
