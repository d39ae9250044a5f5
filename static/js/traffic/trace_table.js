// The rows of a trace as a table: for screen readers, and for everybody who prefers text to a picture.

import { h } from "../dom/h.js";
import { readRow } from "../wire/read.js";

/** Keeps one table row for each row of the trace; `draw` adds new ones and removes those that were dropped. */
export class TraceTable {
  #nodes = new Map();

  constructor() {
    this.body = h("tbody", {});
    const heads = ["Time", "Client", "Direction", "Packet", "Namespace", "Event", "Frame"];
    this.node = h(
      "div",
      { class: "seq-table", hidden: true, tabindex: "0", role: "region", "aria-label": "The frames as a table" },
      h(
        "table",
        { class: "plain" },
        h("caption", { class: "visually-hidden" }, "Every frame, oldest first"),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heads.map((head) => h("th", { scope: "col" }, head)),
          ),
        ),
        this.body,
      ),
    );
  }

  draw(rows) {
    const wanted = new Set(rows);
    for (const [row, node] of this.#nodes) {
      if (wanted.has(row)) continue;
      node.remove();
      this.#nodes.delete(row);
    }
    const fresh = rows.filter((row) => !this.#nodes.has(row));
    for (const row of fresh) this.#nodes.set(row, line(row));
    this.body.append(...fresh.map((row) => this.#nodes.get(row)));
  }
}

function line(row) {
  const { engine, socket } = readRow(row);
  return h(
    "tr",
    {},
    h("td", {}, `${row.time.toFixed(3)} s`),
    h("td", {}, row.client),
    h("td", {}, row.direction),
    h("td", {}, socket?.name ?? engine.name),
    h("td", {}, socket?.namespace ?? ""),
    h("td", {}, socket?.event ?? ""),
    h("td", {}, h("code", {}, row.frame)),
  );
}
