// Which clients heard the event of a delivery question, and how often: counted in the rows of the trace. Pure.

import { parseEngine } from "../wire/engineio.js";
import { parseSocket } from "../wire/socketio.js";

const TIMES = ["not at all", "once", "twice"];

/**
 * Return {client: times} for the clients of a scenario, or null while its last event is not among the rows.
 *
 * Only frames after that event count, and for each client only those in its own namespace.
 */
export function countHeard(rows, { clients, emissions, event }) {
  const last = emissions.at(-1);
  const begin = rows.findLastIndex(
    (row) => row.client === last.client && row.direction === "sent" && eventOf(row)?.name === last.event,
  );
  if (begin < 0) return null;
  const counts = Object.fromEntries(clients.map(({ name }) => [name, 0]));
  for (const row of rows.slice(begin + 1)) {
    const seat = clients.find(({ name }) => name === row.client);
    if (!seat || row.direction !== "received") continue;
    const heard = eventOf(row);
    if (heard?.name === event && heard.namespace === seat.namespace) counts[seat.name] += 1;
  }
  return counts;
}

/** Return whether every client of `counts` has at least as many as `least` says. */
export function reaches(counts, least) {
  return counts !== null && Object.entries(least).every(([name, times]) => counts[name] >= times);
}

/** Return a verdict as a run showed it: each option is marked by what its client heard. */
export function markedByRun(verdict, counts) {
  const options = verdict.options.map((option) => {
    const times = counts[option.id] ?? 0;
    return { ...option, times, correct: times > 0, reason_html: `<p>${option.id} ${timesInWords(times)}.</p>` };
  });
  return { ...verdict, options, correct: options.every(({ said, times }) => said === times) };
}

/** Return words such as “heard it twice”. */
export function timesInWords(times) {
  return times === 0 ? "did not hear it" : `heard it ${TIMES[times] ?? `${times} times`}`;
}

/** Return whether a run had the same outcome as when the question was recorded. */
export function asRecorded(verdict, counts) {
  return verdict.options.every(({ id, times }) => times === counts[id]);
}

function eventOf({ frame }) {
  const engine = parseEngine(frame);
  if (engine.name !== "message") return null;
  const { name, event, namespace } = parseSocket(engine.data);
  return name.endsWith("EVENT") && event !== null ? { name: event, namespace } : null;
}
