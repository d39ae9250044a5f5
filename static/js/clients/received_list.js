// What a client has received: newest last, capped; a reader who has scrolled up is not pulled down.

import { followEnd } from "../dom/follow.js";
import { h } from "../dom/h.js";
import { onceAFrame } from "../dom/turns.js";

const CAP = 100; // each row has its cost at every layout; the wire keeps more
const PAUSE_MS = 100; // between two drawings; the first event after a pause is drawn with the next frame
const CHARACTERS = 2_000; // of one argument; the wire has the whole frame

export class ReceivedList {
  #follow;
  #waiting = [];
  #plan = onceAFrame(() => this.#draw());
  #drawnAt = -PAUSE_MS;

  constructor() {
    this.list = h("ol", { class: "received", tabindex: "0", "aria-label": "Received", hidden: true });
    this.jump = h(
      "button",
      { type: "button", class: "small jump", hidden: true, onclick: () => this.#follow.toEnd() },
      "Jump to newest",
    );
    this.#follow = followEnd(this.list, (atEnd) => {
      this.jump.hidden = atEnd;
    });
    this.node = h("div", { class: "received-area" }, this.list, this.jump);
  }

  /** Add a row: {kind: "event" | "ack", name, args, ms?, answered?} or a line of text, {text, level?, link?}. */
  add(row) {
    // Fast events are drawn together: measuring each row at once would cause a layout of the page for every event.
    if (this.#waiting.push(row) === 1) {
      const pause = Math.max(0, this.#drawnAt + PAUSE_MS - performance.now());
      setTimeout(this.#plan, pause);
    }
    if (this.#waiting.length > CAP) this.#waiting.shift();
  }

  #draw() {
    this.#drawnAt = performance.now();
    this.list.hidden = false;
    this.list.append(...this.#waiting.map(drawRow));
    this.#waiting = [];
    while (this.list.children.length > CAP) this.list.firstElementChild.remove();
    this.#follow.grown();
  }
}

function drawRow(row) {
  if (row.text !== undefined) return h("li", { class: `is-note is-${row.level}` }, row.text, row.link);
  const name = row.kind === "ack" ? `↩ ack ${row.name}` : row.name;
  return h(
    "li",
    { class: `is-${row.kind}` },
    h("span", { class: "name" }, name),
    h("span", { class: "data" }, row.args.map(shown).join(", ") || (row.kind === "ack" ? "(empty)" : "")),
    row.answered ? h("span", { class: "note" }, `answered “${row.answered}”`) : null,
    row.ms === undefined ? null : h("time", {}, `${row.ms.toFixed(0)} ms`),
  );
}

function shown(value) {
  const text = whole(value);
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text;
}

function whole(value) {
  if (value instanceof ArrayBuffer) return `‹${value.byteLength} bytes›`;
  return (
    JSON.stringify(value, (_key, inner) => (inner instanceof ArrayBuffer ? `‹${inner.byteLength} bytes›` : inner)) ??
    "null"
  );
}
