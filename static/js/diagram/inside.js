// What the learner's process tells of itself, joined to the arrows it belongs to. Pure; never trusted for marking.

/** A report's clock may run this much ahead of the gateway's. */
const SLACK_SECONDS = 0.05;
/** An emit reaches the gateway within so many seconds, or is told without its arrow. */
const EMIT_SECONDS = 2;

/**
 * Give events their handler (`entry.handler`) and what was emitted its sender and target (`entry.emit`, `entry.from`).
 *
 * `inside` is {handlers, rooms} or null; see docs for the shapes. Returns the handlers that found their arrow:
 * [{entry, time, seconds, running}].
 */
export function joinInside(entries, inside) {
  const reports = [...(inside?.handlers ?? [])].sort((one, other) => one.time - other.time);
  const events = entries.filter(({ kind, direction }) => kind === "event" && direction === "sent");
  const emitted = entries.filter(({ kind, direction }) => kind === "event" && direction === "received");
  const [asked, arrived] = [new Set(), new Set()];
  const found = [];
  for (const report of reports) {
    const entry = questionOf(report, events, asked);
    if (entry) {
      asked.add(entry);
      entry.handler = report;
      found.push({ entry, time: report.time, seconds: report.seconds ?? null, running: report.kind === "began" });
    }
    for (const emit of report.emits ?? []) {
      const arrow = arrivalOf(emit, emitted, arrived);
      if (!arrow) continue;
      arrived.add(arrow);
      Object.assign(arrow, { emit, from: report });
    }
  }
  return found;
}

function questionOf({ time, event, namespace = "/", client }, events, taken) {
  const fits = events.filter((entry) => !taken.has(entry) && entry.socket.event === event && entry.socket.namespace === namespace
    && entry.legs[0].client === client && entry.time <= time + SLACK_SECONDS);
  return fits[0] ?? null;
}

function arrivalOf({ time, event, namespace = "/" }, emitted, taken) {
  return emitted.find((entry) => !taken.has(entry) && entry.socket.event === event && entry.socket.namespace === namespace
    && entry.time >= time - SLACK_SECONDS && entry.time <= time + EMIT_SECONDS) ?? null;
}
