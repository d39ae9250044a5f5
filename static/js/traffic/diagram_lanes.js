// The lanes of a picture, and the heads above them: which clients are there, and during which spans.

import { place, svg } from "../dom/svg.js";
import { laneHead, serverHead } from "./diagram_nodes.js";

/**
 * Draw the lanes into `group`, down to `height`. A replay shows nothing of what comes after `until` (seconds).
 */
export function drawLanes(group, layout, height, until) {
  const { columns, serverX, lines } = layout;
  const reached = reachedAt(layout, until);
  const to = (y) => (y === layout.height || y > reached ? height : y);
  const begun = lines.filter(({ client, from }) => client && from <= reached);
  const all = [...columns.values(), serverX];
  group.replaceChildren(
    svg("path", { class: "lane-faint", d: all.map((x) => `M${x} 0V${height}`).join("") }),
    svg("path", { class: "lane-line", d: begun.map((line) => `M${line.x} ${line.from}V${to(line.to)}`).join("") }),
    svg("path", { class: "lane-line is-server", d: `M${serverX} 0V${height}` }),
  );
}

/** How far down a replay has come: a client that leaves later is still there. */
function reachedAt({ items }, until) {
  if (until === Infinity) return Infinity;
  const last = items.findLast(({ time }) => time <= until);
  return last ? last.y + last.height : 0;
}

/** Return what the heads depend on, as text: while it stays the same, so do they. */
export function headsOf({ columns, serverX, width }, zoom) {
  return [...columns.keys(), serverX, width, zoom].join("\n");
}

/** Draw the heads above the lanes. */
export function drawHeads(heads, { columns, letters, serverX, narrow, width }, { zoom, height }) {
  place(heads, { width: width * zoom, height: height * zoom, viewBox: `0 0 ${width} ${height}` });
  heads.replaceChildren(
    ...[...columns].map(([client, x]) => laneHead(client, x, letters.get(client), narrow)),
    serverHead(serverX, narrow),
  );
}
