// What a failed check points at: an unexpected arrow, one that carried something else, a connection. Pure.

/** @type {Record<string, string>} */
const FLAGS = { extra: "too many", wrong: "not this" };
/**
 * The same for what is not a message, by `what` of the mark.
 *
 * @type {Record<string, Record<string, string>>}
 */
const OTHERS = {
  connection: { extra: "should be refused", wrong: "not this answer" },
  end: { extra: "should stay" },
  newest: { wrong: "look here" },
};

/**
 * Return whether a mark points at an arrow that exists; a missing one is drawn as a mark of its own.
 *
 * @param {TraceMark} mark
 */
export function isFlag(mark) {
  return mark.kind in FLAGS;
}

/**
 * Give the newest entry that fits each mark its flag: `entry.wrong` is in words; for an arrow, `leg.wrong` is the kind.
 *
 * @param {Entry[]} entries
 * @param {TraceMark[]} marks
 */
export function flag(entries, marks) {
  for (const mark of marks.filter(isFlag)) {
    const entry = entries.findLast((each) => each.time <= mark.time && fits(each, mark));
    if (!entry) continue;
    entry.wrong = OTHERS[mark.what ?? ""]?.[mark.kind] ?? `${FLAGS[mark.kind]} for ${mark.client}`;
    const leg = entry.legs.find(({ client }) => client === mark.client);
    if (leg) leg.wrong = mark.kind;
  }
}

/**
 * @param {Entry} entry
 * @param {TraceMark} mark
 */
function fits(entry, mark) {
  if (mark.what === undefined || !(mark.what in OTHERS)) return fitsMessage(entry, mark);
  const { kind, direction, client, legs } = entry;
  if (client !== mark.client && !legs.some((leg) => leg.client === mark.client)) return false;
  if (mark.what === "connection") return kind === "connect" || kind === "refused";
  return mark.what === "newest" || (kind === "leave" && direction === "received");
}

/**
 * @param {Entry} entry
 * @param {TraceMark} mark
 */
function fitsMessage(entry, { client, event, args }) {
  if (entry.direction !== "received" || !entry.legs.some((leg) => leg.client === client)) return false;
  if (entry.kind !== (event === "" ? "ack" : "event")) return false;
  if (entry.kind === "event" && entry.socket.event !== event) return false;
  return args === null || args === undefined || JSON.stringify(args) === JSON.stringify(entry.socket?.args);
}
