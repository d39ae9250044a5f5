// The place of each piece of the picture, in pixels of an unscaled drawing. Pure.

export const ROW = { label: 14, line: 20, slope: 6, fan: 14, start: 4, below: 9, mark: 30, thin: 22, gap: 28 };
const TOP = 6;
const PIXELS_PER_SECOND = 24;
/** Longer silences are shortened to one line that says how long they were. */
const GAP_SECONDS = 1.5;
const PATIENCE_SECONDS = 1;
const WIDEST_STEP = 250;
const NARROW = 480;
const LEAST_STEP = { narrow: 58, wide: 76 };

/**
 * Lay out a model for a drawing `width` pixels wide; it becomes wider when its lanes need it.
 *
 * Returns {width, height, narrow, columns, letters, serverX, items, lines, brackets, unanswered, bars}. `columns` is a
 * Map client → x; `items` are the entries and gaps from top to bottom, [{key, entry, time, seconds, y, height}]
 * (`entry` is null for a gap of `seconds`); `lines` are the spans of the lanes, [{client, x, from, to}]; `brackets`
 * are, by the key of the answer, {side, from, to, depth, seconds}; `unanswered` are the keys of questions without an
 * answer; `bars` are, by the key of the question, {from, to, depth, seconds, running}.
 *
 * @param {PictureModel} model
 * @param {{width?: number}} size
 * @returns {Layout}
 */
export function layOut(model, { width = 640 } = {}) {
  const place = columnsFor(model.clients, width);
  const items = stack(model.entries);
  const last = items.at(-1);
  const height = (last ? last.y + last.height : 0) + TOP;
  const itemOf = /** @type {Layout["itemOf"]} */ (new Map(entryItems(items).map((item) => [item.entry, item])));
  return {
    ...place,
    letters: lettersOf(model.clients),
    height,
    items,
    itemOf,
    lines: linesOf(model, place, items, height),
    brackets: bracketsOf(model.entries, itemOf),
    unanswered: unansweredOf(model.entries),
    bars: barsOf(model.handlers ?? [], itemOf, timeline(items, height)),
  };
}

/**
 * The letter by which each lane is coloured: panes have their own; clients of a check, which have none, take turns.
 *
 * @param {string[]} clients
 */
function lettersOf(clients) {
  const panes = clients.some(isPane);
  return /** @type {Layout["letters"]} */ (
    new Map(clients.map((client, i) => [client, isPane(client) ? client.toLowerCase() : panes ? "f" : "abcdef"[i % 6]]))
  );
}

/** @param {string} client */
function isPane(client) {
  return /^[A-H]$/.test(client);
}

/**
 * @param {string[]} clients
 * @param {number} width
 * @returns {Columns}
 */
function columnsFor(clients, width) {
  const narrow = width < NARROW;
  const [left, right] = narrow ? [62, 34] : [92, 74];
  const least = LEAST_STEP[narrow ? "narrow" : "wide"];
  const count = Math.max(1, clients.length);
  const step = Math.min(WIDEST_STEP, Math.max(least, (width - left - right) / count));
  const columns = /** @type {Columns["columns"]} */ (
    new Map(clients.map((client, i) => [client, Math.round(left + i * step)]))
  );
  const serverX = Math.round(left + count * step);
  return { width: Math.max(serverX + right, width), narrow, gutter: narrow ? 44 : 62, columns, serverX };
}

/**
 * @param {Entry[]} entries
 * @returns {Item[]}
 */
function stack(entries) {
  /** @type {Item[]} */
  const items = [];
  let y = TOP;
  /** @type {number | null} */
  let before = null;
  /** @param {Omit<EntryItem, "y"> | Omit<GapItem, "y">} item */
  const put = (item) => {
    items.push({ ...item, y });
    y += item.height;
  };
  for (const entry of entries) {
    const silence = before === null ? 0 : Math.max(0, entry.time - before);
    if (silence >= GAP_SECONDS)
      put({ key: `gap-${entry.key}`, entry: null, time: entry.time, seconds: silence, height: ROW.gap });
    else y += Math.round(silence * PIXELS_PER_SECOND);
    put({ key: entry.key, entry, time: entry.time, seconds: 0, height: heightOf(entry) });
    before = Math.max(before ?? 0, entry.end);
  }
  return items;
}

/** @param {Entry} entry */
function heightOf({ kind, legs, direction, mark }) {
  if (kind === "heartbeat") return ROW.thin;
  if (legs.length === 0 && !(mark && direction)) return ROW.mark;
  return ROW.line + ROW.slope + ROW.fan * Math.max(0, legs.length - 1) + ROW.below;
}

/**
 * Return the items that are not gaps.
 *
 * @param {Item[]} items
 */
function entryItems(items) {
  return items.filter((item) => item.entry !== null);
}

/**
 * Where the line of an entry begins.
 *
 * @param {EntryItem} item
 */
function lineOf(item) {
  return (
    item.y + (item.entry.legs.length > 0 || (item.entry.mark && item.entry.direction) ? ROW.line : item.height / 2)
  );
}

/**
 * @param {PictureModel} model
 * @param {Columns} place
 * @param {Item[]} items
 * @param {number} height
 */
function linesOf(model, { columns, serverX }, items, height) {
  const placed = entryItems(items);
  /**
   * @param {number | null} index
   * @param {number} otherwise
   */
  const yOf = (index, otherwise) => (index === null || index < 0 ? otherwise : lineOf(placed[index]));
  const spans = model.clients.flatMap((client) =>
    model.lanes[client].map(({ from, to }) => ({
      client,
      x: columns.get(client),
      from: yOf(from, 0),
      to: yOf(to, height),
    })),
  );
  return [...spans, { client: "", x: serverX, from: 0, to: height }];
}

/**
 * An answer is joined to its question by a bracket on the side that was asked; brackets that overlap are set apart.
 *
 * @param {Entry[]} entries
 * @param {WholeMap<Entry, EntryItem>} itemOf
 * @returns {Map<string, Bracket>}
 */
function bracketsOf(entries, itemOf) {
  const brackets = new Map();
  /** @type {{side: string, to: number, depth: number}[]} */
  const open = [];
  for (const answer of entries) {
    if (!answer.question) continue;
    const [question, reply] = [itemOf.get(answer.question), itemOf.get(answer)];
    const side = answer.question.direction === "sent" ? "" : answer.legs[0].client;
    const from = lineOf(question) + ROW.slope;
    const to = lineOf(reply);
    /** @type {Set<number>} */
    const taken = new Set(open.filter((other) => other.side === side && other.to > from - 4).map(({ depth }) => depth));
    const depth = [0, 1, 2, 3].find((each) => !taken.has(each)) ?? 3;
    open.push({ side, to, depth });
    brackets.set(answer.key, { side, from, to, depth, seconds: answer.time - answer.question.time });
  }
  return brackets;
}

/**
 * A question counts as unanswered only after a while: an answer may still be on its way.
 *
 * @param {Entry[]} entries
 */
function unansweredOf(entries) {
  const end = entries.at(-1)?.end ?? 0;
  return new Set(
    entries.filter(({ asks, answer, time }) => asks && !answer && end - time > PATIENCE_SECONDS).map(({ key }) => key),
  );
}

/**
 * Return a function from a time to its height in the picture, between the entries around it.
 *
 * @param {Item[]} items
 * @param {number} height
 * @returns {(time: number) => number}
 */
function timeline(items, height) {
  const known = entryItems(items).map((item) => [item.entry.time, lineOf(item)]);
  return (time) => {
    const after = known.findIndex(([at]) => at > time);
    if (after === 0) return known[0][1];
    if (after < 0) return height;
    const [[t0, y0], [t1, y1]] = [known[after - 1], known[after]];
    return y0 + ((time - t0) / Math.max(1e-6, t1 - t0)) * (y1 - y0);
  };
}

const LEAST_BAR = 12;

/**
 * @param {DrawnHandler[]} handlers
 * @param {WholeMap<Entry, EntryItem>} itemOf
 * @param {(time: number) => number} yAt
 * @returns {Map<string, Bar>}
 */
function barsOf(handlers, itemOf, yAt) {
  const bars = new Map();
  /** @type {{to: number, depth: number}[]} */
  const open = [];
  for (const { entry, time, seconds, running } of handlers) {
    const from = lineOf(itemOf.get(entry)) + ROW.slope;
    const to = Math.max(from + LEAST_BAR, seconds === null ? from : yAt(time + seconds));
    /** @type {Set<number>} */
    const taken = new Set(open.filter((other) => other.to > from).map(({ depth }) => depth));
    const depth = [0, 1, 2].find((each) => !taken.has(each)) ?? 2;
    open.push({ to, depth });
    bars.set(entry.key, { from, to, depth, seconds, running });
  }
  return bars;
}
