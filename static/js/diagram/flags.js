// The arrow that a failed check points at: one too many, or one that carried something else. Pure.

const FLAGS = { extra: "too many", wrong: "not this" };

/** Say whether a mark points at an arrow that is there; a missing one is drawn as a mark of its own. */
export function isFlag(mark) {
  return mark.kind in FLAGS;
}

/** Give the newest arrow that fits each mark its flag: `leg.wrong` is the kind, `entry.wrong` says it in words. */
export function flag(entries, marks) {
  for (const mark of marks.filter(isFlag)) {
    const entry = entries.findLast((each) => each.time <= mark.time && fits(each, mark));
    if (!entry) continue;
    entry.wrong = `${FLAGS[mark.kind]} for ${mark.client}`;
    entry.legs.find(({ client }) => client === mark.client).wrong = mark.kind;
  }
}

function fits({ kind, direction, socket, legs }, { client, event, args }) {
  if (direction !== "received" || !legs.some((leg) => leg.client === client)) return false;
  if (event === "" ? kind !== "ack" : kind !== "event" || socket.event !== event) return false;
  return args === null || args === undefined || JSON.stringify(args) === JSON.stringify(socket.args);
}
