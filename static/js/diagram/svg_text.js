// The picture as the text of a self-contained SVG file. Pure.

import { shapesOf } from "./shapes.js";

const STYLE = `
text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: #1d1b18; }
.seq-label, .seq-mark { paint-order: stroke; stroke: #fff; stroke-width: 4px; stroke-linejoin: round; }
.seq-time, .seq-took { font-size: 11px; fill: #5c574e; }
.is-none { fill: #8a5300; } .seq-name { font-weight: 700; } .seq-data { fill: #1d1b18; } .seq-note, .seq-place { fill: #5c574e; } .seq-room { fill: #8a5300; font-weight: 700; } .seq-bad { fill: #b3261e; font-weight: 700; }
.seq-way { fill: none; stroke-width: 1.8; } .is-sent { stroke: #6b3fa0; } .is-received { stroke: #00666b; } .is-ack { stroke-dasharray: 5 4; } .seq-head.is-ack, .seq-foot { stroke-dasharray: none; }
.seq-head.is-sent, .seq-foot.is-sent { fill: #6b3fa0; } .seq-head.is-received, .seq-foot.is-received { fill: #00666b; }
.seq-lost, .is-lost { stroke: #b3261e; stroke-width: 2; fill: none; }
.seq-heard { opacity: .2; } .lane-line { stroke: #7d776b; stroke-width: 1.5; } .lane-faint { stroke: #d9d5cb; stroke-dasharray: 2 5; }
.seq-pill { fill: #fff; stroke: #7d776b; } .seq-pill.is-connect { stroke: #1a6b3c; } .seq-pill.is-refused { stroke: #b3261e; }
.seq-mark { text-anchor: middle; stroke-width: 0; } .seq-joins { stroke: #7d776b; stroke-dasharray: 2 3; fill: none; } .seq-joint { fill: #7d776b; }
.seq-beat { stroke: #d9d5cb; stroke-dasharray: 1 4; } .seq-break, .seq-bracket { fill: none; stroke: #7d776b; } .seq-bar { fill: #0b5fad; } .seq-bar.is-slow { fill: #8a5300; }
.lane-a { fill: #0b5fad; } .lane-b { fill: #8a5300; } .lane-c { fill: #6b3fa0; } .lane-d { fill: #00666b; } .lane-e { fill: #1a6b3c; } .lane-f { fill: #b3261e; } .lane-g, .lane-h, .lane-server { fill: #5c574e; }
.head-name { font-weight: 700; text-anchor: middle; }`;
const HEAD = 34;

/**
 * Return the whole picture of a layout as SVG text.
 *
 * @param {Layout} layout
 */
export function svgText(layout) {
  const { width, height, columns, letters, serverX, items, lines } = layout;
  const lanes = [...[...columns].map(([client, x]) => ({ client, x })), { client: "server", x: serverX }];
  const body = [
    ...lanes.map(({ x }) => element("path", { class: "lane-faint", d: `M${x} 0V${height}` })),
    ...lines.map(({ x, from, to }) => element("path", { class: "lane-line", d: `M${x} ${from}V${to}` })),
    ...items.map((item) =>
      element("g", { transform: `translate(0 ${item.y})` }, shapesOf(item, layout).map(asElement).join("")),
    ),
  ];
  const heads = lanes.map(
    ({ client, x }) =>
      element("circle", { class: `lane-${client === "server" ? client : letters.get(client)}`, cx: x, cy: 9, r: 4 }) +
      element("text", { class: "head-name", x, y: 27 }, escaped(client === "server" ? "server" : client)),
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + HEAD}" viewBox="0 0 ${width} ${height + HEAD}"><style>${STYLE}</style>` +
    `<rect width="100%" height="100%" fill="#ffffff"/>${heads.join("")}<g transform="translate(0 ${HEAD})">${body.join("\n")}</g></svg>`
  );
}

/**
 * @param {Shape} shape
 * @returns {string}
 */
function asElement({ tag, attrs, text, children }) {
  return element(tag, attrs, text === null ? (children ?? []).map(asElement).join("") : escaped(text));
}

/**
 * @param {string} tag
 * @param {Shape["attrs"]} attrs
 * @param {string} content
 */
function element(tag, attrs, content = "") {
  const written = Object.entries(attrs)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join("");
  return `<${tag}${written}>${content}</${tag}>`;
}

/**
 * Text from a learner or a client is escaped; characters that XML forbids are shown as a box.
 *
 * @param {string | number} value
 */
function escaped(value) {
  return String(value)
    .replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
      "\u25a1",
    );
}
