// An entry of the picture as shapes, [{tag, attrs, text, children}]: for the page's SVG and for a file alike. Pure.
//
// Coordinates are the entry's own: y from 0 at its top. Classes carry the colours; see diagram.css and svg_text.js.

import { ROW } from "./layout.js";
import { labelOf, markWords, moment, ofClient, seconds } from "./words.js";

const CHARACTER = { code: 7.25, text: 6.3 }; // pixels of a 12 px letter, on the wide side
const HEAD = 8;

/**
 * Return the shapes of one item of a layout; legs later than `until` (seconds) are left out.
 *
 * @param {Item} item
 * @param {Layout} layout
 * @param {number} until
 * @returns {Shape[]}
 */
export function shapesOf(item, layout, until = Infinity) {
  if (isGap(item)) return gap(item, layout);
  const { entry } = item;
  const shapes = [timeOf(item, layout)];
  if (entry.legs.length > 0)
    shapes.push(...bar(item, layout), ...arrows(entry, layout, until), ...bracket(item, layout), label(entry, layout));
  else if (entry.mark && entry.direction) shapes.push(...lostArrow(entry.mark, layout), label(entry, layout));
  else if (entry.kind === "heartbeat") shapes.push(...heartbeat(entry, item, layout));
  else shapes.push(...mark(entry, item, layout));
  return shapes;
}

/**
 * @param {Item} item
 * @returns {item is GapItem}
 */
function isGap(item) {
  return item.entry === null;
}

/**
 * @param {string} tag
 * @param {Shape["attrs"]} attrs
 * @param {string | null} text
 * @param {Shape[] | null} children
 * @returns {Shape}
 */
function shape(tag, attrs, text = null, children = null) {
  return { tag, attrs, text, children };
}

/**
 * @param {EntryItem} item
 * @param {Layout} layout
 */
function timeOf({ entry, height }, { narrow, gutter }) {
  const y = entry.legs.length > 0 || (entry.mark && entry.direction) ? ROW.line + 4 : height / 2 + 4;
  return shape("text", { class: "seq-time", x: gutter - 6, y, "text-anchor": "end" }, moment(entry.time, narrow));
}

/**
 * @param {Entry} entry
 * @param {Layout} layout
 * @param {number} until
 * @returns {Shape[]}
 */
function arrows(entry, { columns, letters, serverX }, until) {
  // The nearest receiver first: then the arrows of one emit never cross.
  const legs = [...entry.legs].sort((one, other) => columns.get(other.client) - columns.get(one.client));
  const sent = entry.direction === "sent";
  return legs.flatMap((leg, i) => {
    if (leg.time > until) return [];
    const x = columns.get(leg.client);
    const [from, to] = sent ? [x, serverX] : [serverX, x];
    const begin = ROW.line + i * ROW.start;
    const y = ROW.line + ROW.slope + i * ROW.fan;
    const look = `is-${entry.direction} is-${entry.kind}${leg.wrong ? ` is-${leg.wrong}` : leg.late ? " is-late" : ""}`;
    const ignored = entry.early && sent;
    return [
      ...(sent || entry.kind !== "event"
        ? []
        : [shape("circle", { class: `seq-heard lane-${letters.get(leg.client)}`, cx: x, cy: y, r: 7 })]),
      shape("path", {
        class: `seq-way ${look} ${from < to ? "goes-right" : "goes-left"}`,
        d: `M${from} ${begin}L${to} ${y}`,
      }),
      ignored
        ? shape("path", { class: "seq-lost", d: cross(to - 12, y) })
        : shape("path", { class: `seq-head ${look}`, d: head(from, begin, to, y) }),
      shape("circle", { class: `seq-foot ${look}`, cx: from, cy: begin, r: 2.5 }),
    ];
  });
}

/**
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 */
function head(x1, y1, x2, y2) {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  /**
   * @param {number} turn
   * @param {number} length
   */
  const point = (turn, length) =>
    `${(x2 + Math.cos(angle + turn) * length).toFixed(1)} ${(y2 + Math.sin(angle + turn) * length).toFixed(1)}`;
  return `M${x2} ${y2}L${point(Math.PI - 0.42, HEAD)}L${point(Math.PI + 0.42, HEAD)}Z`;
}

/**
 * @param {number} x
 * @param {number} y
 */
function cross(x, y) {
  return `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`;
}

/**
 * A lost frame ends on its way; one that should have come is drawn completely, as a ghost.
 *
 * @param {TraceMark} mark
 * @param {Layout} layout
 * @returns {Shape[]}
 */
function lostArrow(mark, { columns, serverX }) {
  const x = columns.get(mark.client);
  const [from, to] = mark.direction === "sent" ? [x, serverX] : [serverX, x];
  if (mark.kind === "missing") {
    const y = ROW.line + ROW.slope;
    return [
      shape("circle", { class: "seq-heard is-missing", cx: x, cy: y, r: 7 }),
      shape("path", { class: "seq-way is-missing", d: `M${from} ${ROW.line}L${to} ${y}` }),
      shape("path", { class: "seq-head is-missing", d: head(from, ROW.line, to, y) }),
    ];
  }
  const middle = Math.round(from + (to - from) * 0.6);
  return [
    shape("path", { class: "seq-way is-lost", d: `M${from} ${ROW.line}L${middle} ${ROW.line + 4}` }),
    shape("path", { class: "seq-lost", d: cross(middle, ROW.line + 4) }),
    shape("circle", { class: "seq-foot is-lost", cx: from, cy: ROW.line, r: 2.5 }),
  ];
}

/**
 * The words are above the line, at the sender's end if they fit, otherwise where there is room.
 *
 * @param {Entry} entry
 * @param {Layout} layout
 */
function label(entry, layout) {
  const { columns, serverX, gutter } = layout;
  const pieces = labelOf(entry);
  const nearest =
    entry.legs.length > 0
      ? Math.max(...entry.legs.map(({ client }) => columns.get(client)))
      : columns.get(entry.client ?? "");
  const starts = entry.direction === "sent" && (entry.legs.length > 0 || Boolean(entry.mark));
  const wanted = pieces.reduce((sum, { text }) => sum + text.length + 1, 0) * CHARACTER.code;
  const between = serverX - nearest - 24;
  const fits = starts && wanted <= between;
  const room = fits ? between : serverX - gutter - 20;
  const x = fits ? nearest + 10 : serverX - 10;
  return shape(
    "text",
    { class: "seq-label", x, y: ROW.label, "text-anchor": fits ? "start" : "end" },
    null,
    spans(pieces, Math.floor(room / CHARACTER.code)),
  );
}

/**
 * Pieces of a label as tspans, cut to `letters` characters in all.
 *
 * @param {LabelPiece[]} pieces
 * @param {number} letters
 */
function spans(pieces, letters) {
  let left = Math.max(6, letters);
  return pieces.flatMap(({ kind, text }, i) => {
    if (left <= 1) return [];
    const shown = text.length > left ? `${text.slice(0, left - 1)}…` : text;
    left -= shown.length + 1;
    return [shape("tspan", { class: `seq-${kind}`, ...(i > 0 ? { dx: 6 } : {}) }, shown)];
  });
}

/**
 * @param {Entry} entry
 * @param {EntryItem} item
 * @param {Layout} layout
 */
function mark(entry, { height }, layout) {
  const { columns, serverX, gutter, width } = layout;
  const words = ofClient(entry.client, markWords(entry));
  const y = height / 2;
  const at = entry.client ? columns.get(entry.client) : entry.kind === "burst" ? (gutter + serverX) / 2 : serverX;
  const letters = Math.floor((width - gutter - 24) / CHARACTER.text);
  const text = words.length > letters ? `${words.slice(0, letters - 1)}…` : words;
  const half = (text.length * CHARACTER.text) / 2 + 10;
  const x = Math.min(Math.max(at, gutter + half), width - half - 4);
  const look = `${entry.kind === "mark" ? `is-mark mark-${entry.mark.kind}` : `is-${entry.kind}`}${entry.wrong ? " is-wrong" : ""}`;
  const joins = ["connect", "refused", "leave", "upgrade"].includes(entry.kind) && entry.client;
  return [
    ...(joins
      ? [
          shape("path", { class: `seq-joins ${look}`, d: `M${at} ${y}H${serverX}` }),
          shape("circle", { class: `seq-joint ${look}`, cx: serverX, cy: y, r: 3 }),
        ]
      : []),
    shape("rect", { class: `seq-pill ${look}`, x: x - half, y: y - 10.5, width: half * 2, height: 21, rx: 10.5 }),
    shape("text", { class: `seq-mark ${look}`, x, y: y + 4, "text-anchor": "middle" }, text),
  ];
}

/**
 * @param {Entry} entry
 * @param {EntryItem} item
 * @param {Layout} layout
 */
function heartbeat(entry, { height }, { columns, serverX }) {
  const y = height / 2;
  const from = Math.min(...entry.rows.map(({ client }) => columns.get(client)));
  return [
    shape("path", { class: "seq-beat", d: `M${from} ${y}H${serverX}` }),
    shape(
      "text",
      { class: "seq-mark is-heartbeat", x: (from + serverX) / 2, y: y + 4, "text-anchor": "middle" },
      markWords(entry),
    ),
  ];
}

/**
 * @param {GapItem} item
 * @param {Layout} layout
 */
function gap({ seconds: silence, height }, { columns, serverX, gutter }) {
  const y = height / 2;
  const breaks = [...columns.values(), serverX].map((x) => `M${x - 6} ${y + 1}l12 -5m0 4l-12 5`).join("");
  return [
    shape("path", { class: "seq-break", d: breaks }),
    shape(
      "text",
      { class: "seq-mark is-gap", x: (gutter + serverX) / 2, y: y + 4, "text-anchor": "middle" },
      `${seconds(silence)} left out, nothing was sent`,
    ),
  ];
}

/**
 * @param {EntryItem} item
 * @param {Layout} layout
 */
function bracket(item, layout) {
  const { brackets, columns, serverX, narrow } = layout;
  const found = brackets.get(item.key);
  if (!found) return layout.unanswered.has(item.key) ? [unanswered(item.entry, layout)] : [];
  const [from, to] = [found.from - item.y, found.to - item.y];
  const right = found.side === "";
  const way = right ? 1 : -1;
  const x = right ? serverX : columns.get(found.side);
  const out = (7 + found.depth * 5) * way;
  const shapes = [shape("path", { class: "seq-bracket", d: `M${x + 4 * way} ${from}h${out}V${to}h${-out}` })];
  if (right && !narrow)
    shapes.push(shape("text", { class: "seq-took", x: x + 12 + out, y: to + 1 }, seconds(found.seconds)));
  return shapes;
}

/**
 * @param {Entry} entry
 * @param {Layout} layout
 */
function unanswered({ direction }, { serverX, narrow }) {
  const y = ROW.line + 4 + (direction === "sent" ? ROW.slope : 0);
  return shape("text", { class: "seq-took is-none", x: serverX + 8, y }, narrow ? "?" : "no answer");
}

/**
 * @param {EntryItem} item
 * @param {Layout} layout
 */
function bar(item, { bars, serverX }) {
  const found = bars.get(item.key);
  if (!found) return [];
  const slow = found.running || (found.seconds ?? 0) >= 0.1;
  return [
    shape("rect", {
      class: `seq-bar${slow ? " is-slow" : ""}`,
      x: serverX - 4 + found.depth * 4,
      y: found.from - item.y,
      width: 8,
      height: found.to - found.from,
      rx: 2,
    }),
  ];
}
