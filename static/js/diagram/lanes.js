// Which clients appear in the picture, and during which spans each was connected. Pure.

/** @typedef {{spans: Span[], up: boolean}} Lane */

/**
 * Return {clients, lanes}: the clients in the order of their lanes (A, B, C …, then others as they came), and for each
 * client the spans of entries during which it had a connection, {client: [{from, to}]}. `from` and `to` are indexes of
 * entries; `to` is null while the connection lasts, `from` is -1 where it began before the trace.
 *
 * @param {Entry[]} entries
 * @returns {{clients: string[], lanes: Record<string, Span[]>}}
 */
export function lanesOf(entries) {
  /** @type {WholeMap<string, Lane>} */
  const seen = new Map();
  entries.forEach((entry, place) => {
    for (const client of clientsOf(entry)) {
      if (!seen.has(client)) seen.set(client, { spans: [], up: false });
      follow(seen.get(client), entry, place);
    }
  });
  const clients = [...seen.keys()].sort(inOrder([...seen.keys()]));
  return { clients, lanes: Object.fromEntries(clients.map((client) => [client, seen.get(client).spans])) };
}

/**
 * @param {Entry} entry
 * @returns {Set<string>}
 */
function clientsOf(entry) {
  const named = [entry.client, ...entry.legs.map(({ client }) => client), ...entry.rows.map(({ client }) => client)];
  return new Set(named.filter(Boolean));
}

/**
 * @param {Lane} lane
 * @param {Entry} entry
 * @param {number} place
 */
function follow(lane, entry, place) {
  const closes =
    entry.kind === "leave" ||
    (entry.kind === "mark" && ["closed", "refused", "killed"].includes(entry.mark.kind)) ||
    (entry.kind === "refused" && (entry.namespace ?? "/") === "/");
  const { kind } = entry;
  if (closes) {
    const open = lane.spans.at(-1);
    if (lane.up && open) open.to = place;
    lane.up = false;
    return;
  }
  if (lane.up || kind === "mark" || kind === "upgrade" || kind === "heartbeat") return;
  lane.spans.push({ from: kind === "connect" || lane.spans.length > 0 ? place : -1, to: null });
  lane.up = true;
}

/**
 * Panes are named by one letter and come first, in alphabetical order; a phone or a terminal follows, as they came.
 *
 * @param {string[]} came
 * @returns {(one: string, other: string) => number}
 */
function inOrder(came) {
  return (one, other) => {
    const [short, long] = [one.length === 1, other.length === 1];
    if (short && long) return one < other ? -1 : 1;
    if (short !== long) return short ? -1 : 1;
    return came.indexOf(one) - came.indexOf(other);
  };
}
