// What the learner's process reports from inside (course/sandbox/host/inside_reports.py), in store and words. Pure.

export const HANDLERS_CAP = 200;
/** Handlers that take longer keep others waiting if there is one event loop. */
export const SLOW_SECONDS = 0.1;
/** How many rooms are shown that something was sent to while nobody was in them: the newest few. */
const EMPTY_ROOMS = 3;

/**
 * `sandbox_inside`, as a patch of the page's state: {handlers, rooms}.
 *
 * A report replaces an earlier one of the same run: of a handler that still runs, for example.
 *
 * @param {Pick<PageState, "sandbox" | "inside">} state
 * @param {{id: string, reports?: any[]}} told
 * @returns {Patch}
 */
export function onInside({ sandbox, inside }, { id, reports = [] }) {
  if (sandbox?.id !== id) return {};
  const runs = new Map(inside.handlers.map((each) => [each.run, each]));
  let { rooms } = inside;
  for (const each of reports) {
    if (each.kind === "rooms") rooms = each.rooms;
    else runs.set(each.run, each);
  }
  return { inside: { handlers: [...runs.values()].slice(-HANDLERS_CAP), rooms } };
}

/**
 * Return the key that distinguishes a room from all others.
 *
 * @param {Omit<Room, "clients">} place
 */
export function keyOf({ namespace, kind, room }) {
  return JSON.stringify([namespace, kind, room]);
}

/**
 * Return the keys of the rooms that an emission went to; `client` is whose event was handled.
 *
 * @param {Emission} emission
 * @param {string | null} client
 * @param {Room[]} rooms
 */
export function reached({ namespace, to }, client, rooms) {
  const room = after(to, "room:");
  if (room !== null) return [keyOf({ namespace, kind: "room", room })];
  const whose = to === "self" ? client : after(to, "client:");
  /** @type {(room: Room) => boolean} */
  const fits =
    to === "all"
      ? ({ kind }) => kind === "all"
      : ({ kind, clients }) => kind === "own" && whose !== null && clients.includes(whose);
  return rooms.filter((each) => each.namespace === namespace && fits(each)).map(keyOf);
}

/**
 * Return the namespaces in their order, "/" first: [{namespace, everybody, rooms, own}].
 *
 * `everybody` is the room of all (or null); `rooms` are those that the program made, including those that something was
 * sent to though nobody is in them; `own` are the clients' own.
 *
 * @param {Inside} inside
 */
export function byNamespace({ rooms, handlers }) {
  const known = new Set(rooms.map(keyOf));
  const sorted = rooms.map((each) => ({ ...each, clients: [...each.clients].sort() }));
  const all = [...sorted, ...withoutAnybody(handlers, known)];
  const names = [...new Set(all.map(({ namespace }) => namespace))].sort();
  return names.map((namespace) => {
    const here = all.filter((each) => each.namespace === namespace);
    /** @param {string} kind */
    const of = (kind) => here.filter((each) => each.kind === kind);
    return {
      namespace,
      everybody: of("all")[0] ?? null,
      rooms: of("room"),
      own: of("own").sort((one, other) => one.clients[0].localeCompare(other.clients[0])),
    };
  });
}

/**
 * @param {HandlerReport[]} handlers
 * @param {Set<string>} known
 * @returns {Room[]}
 */
function withoutAnybody(handlers, known) {
  const found = new Map();
  for (const { emits = [] } of handlers) {
    for (const { namespace, to } of emits) {
      const room = after(to, "room:");
      if (room === null) continue;
      const empty = { namespace, kind: "room", room, clients: [] };
      found.delete(keyOf(empty)); // the newest last
      if (!known.has(keyOf(empty))) found.set(keyOf(empty), empty);
    }
  }
  return [...found.values()].slice(-EMPTY_ROOMS);
}

/**
 * Return how long it took, in words: "0.6 ms", "1.23 s".
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < SLOW_SECONDS) return `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
  return `${seconds.toFixed(2)} s`;
}

/**
 * Return the recipients of an emission, in words.
 *
 * @param {Emission} emission
 */
export function addressee({ to, skip }) {
  const room = after(to, "room:");
  const but = skip ? " but one" : "";
  if (room !== null) return `room ${room}${but}`;
  if (to === "all") return skip ? "everybody but one" : "everybody";
  return to === "self" ? "its own client" : `client ${shortSid(after(to, "client:") ?? "")}`;
}

/**
 * A connection without a client's tag is identified by its sid, of which the beginning is enough.
 *
 * @param {string} tag
 */
export function shortSid(tag) {
  return tag.length > 16 ? `${tag.slice(0, 6)}…` : tag;
}

/**
 * Return who or what did the work of a report: {who, what}.
 *
 * @param {HandlerReport} report
 */
export function doer(report) {
  if (report.kind !== "emits") return { client: report.client, what: report.event };
  return { client: null, what: report.route ?? "no handler" };
}

/**
 * @param {string} text
 * @param {string} prefix
 */
function after(text, prefix) {
  return text.startsWith(prefix) ? text.slice(prefix.length) : null;
}
