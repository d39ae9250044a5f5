// The nodes of a sequence diagram: shapes as SVG, and the head of each lane.

import { place, svg } from "../dom/svg.js";

const LETTERS = 12; // of a client's name above its lane

/** Make the SVG of a shape, see diagram/shapes.js. */
export function asNode({ tag, attrs, text, children }) {
  const node = svg(tag, attrs, ...(children ?? []).map(asNode));
  if (text !== null) node.textContent = text;
  return node;
}

/** The head of a client's lane at `x`, in the colour of `letter`. */
export function laneHead(client, x, letter, narrow) {
  const node = svg(
    "g",
    { class: `lane-head lane-${letter}` },
    svg("rect", { x: x - 11, y: 6, width: 22, height: 22, rx: 6 }),
    words("lane-letter", x, client.slice(0, 1).toUpperCase()),
  );
  if (client.length > 1 && !narrow)
    node.append(
      place(words("lane-name", x + 16, client.length > LETTERS ? `${client.slice(0, LETTERS - 1)}…` : client), {
        "text-anchor": "start",
      }),
    );
  const title = svg("title");
  title.textContent = `Client ${client}`;
  node.append(title);
  node.dataset.client = client;
  return node;
}

/** The head of the server's lane. */
export function serverHead(x, narrow) {
  const half = narrow ? 26 : 30;
  return svg(
    "g",
    { class: "lane-head" },
    svg("rect", { class: "lane-server", x: x - half, y: 6, width: 2 * half, height: 22, rx: 6 }),
    words("lane-letter", x, "Server"),
  );
}

function words(kind, x, text) {
  const node = svg("text", { class: kind, x, y: 21.5, "text-anchor": "middle" });
  node.textContent = text;
  return node;
}
