// What the learner's process reports from inside, joined to its arrows. Pure; never trusted for marking.

/** A report's clock may run this much ahead of the gateway's. */
const SLACK_SECONDS = 0.05;
/** An emit reaches the gateway within this many seconds, or is shown without its arrow. */
const EMIT_SECONDS = 2;

/**
 * Give events their handler (`entry.handler`) and emitted ones their target and sender (`entry.emit`, `entry.from`).
 *
 * `inside` is {handlers, rooms} or null; see docs for the shapes. Returns the handlers that found their arrow:
 * [{entry, time, seconds, running}].
 *
 * @param {Entry[]} entries
 * @param {Inside | null} inside
 * @returns {DrawnHandler[]}
 */
export function joinInside(entries, inside) {
  const reports = [...(inside?.handlers ?? [])].sort((one, other) => one.time - other.time);
  if (reports.length === 0) return [];
  const events = entries.filter((entry) => entry.kind === "event");
  const asked = byName(
    events.filter(({ direction }) => direction === "sent"),
    (entry) => entry.legs[0].client,
  );
  const emitted = byName(
    events.filter(({ direction }) => direction === "received"),
    () => "",
  );
  /** @type {DrawnHandler[]} */
  const found = [];
  for (const report of reports) {
    const entry = takeFirst(asked, report, report.client, ({ time }) => time <= report.time + SLACK_SECONDS);
    if (entry) {
      entry.handler = report;
      found.push({ entry, time: report.time, seconds: report.seconds ?? null, running: report.kind === "began" });
    }
    for (const emit of report.emits ?? []) {
      const arrow = takeFirst(
        emitted,
        emit,
        "",
        ({ time }) => time >= emit.time - SLACK_SECONDS && time <= emit.time + EMIT_SECONDS,
      );
      if (arrow) Object.assign(arrow, { emit, from: report });
    }
  }
  return found;
}

/**
 * Return the entries that have no report yet, oldest first, by namespace, event and client.
 *
 * @param {EventEntry[]} entries
 * @param {(entry: EventEntry) => string} clientOf
 * @returns {WholeMap<string, EventEntry[]>}
 */
function byName(entries, clientOf) {
  const waiting = new Map();
  for (const entry of entries) {
    const key = nameOf({ event: entry.socket.event, namespace: entry.socket.namespace }, clientOf(entry));
    if (!waiting.has(key)) waiting.set(key, []);
    waiting.get(key).push(entry);
  }
  return waiting;
}

/**
 * @param {{event: string | null | undefined, namespace?: string}} told
 * @param {string} client
 */
function nameOf({ event, namespace = "/" }, client) {
  return JSON.stringify([namespace, event, client]);
}

/**
 * Take the oldest fitting entry out of those that wait for `told`; null when there is none.
 *
 * @param {Map<string, EventEntry[]>} waiting
 * @param {{event: string, namespace: string}} told
 * @param {string} client
 * @param {(entry: Entry) => boolean} fits
 */
function takeFirst(waiting, told, client, fits) {
  const list = waiting.get(nameOf(told, client)) ?? [];
  const at = list.findIndex(fits);
  return at < 0 ? null : list.splice(at, 1)[0];
}
