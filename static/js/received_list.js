// What a client has received: newest last, capped; the reader who has scrolled up is not pulled down.

import { h } from "./core/dom.js";

const CAP = 200;
const NEAR_END_PX = 8;

export class ReceivedList {
  constructor() {
    this.list = h("ol", { class: "received", tabindex: "0", "aria-label": "Received", hidden: true, onscroll: () => this.#showJump() });
    this.jump = h("button", { type: "button", class: "small quiet jump", hidden: true, onclick: () => this.#toEnd() }, "Jump to newest");
    this.node = h("div", {}, this.list, this.jump);
  }

  /** Add a row: {kind: "event" | "ack", name, args, ms?} or {kind: "note", text}. */
  add(row) {
    const follow = this.#atEnd();
    this.list.hidden = false;
    this.list.append(drawRow(row));
    while (this.list.children.length > CAP) this.list.firstElementChild.remove();
    if (follow) this.#toEnd();
    else this.#showJump();
  }

  #atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.list;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.jump.hidden = true;
  }

  #showJump() {
    this.jump.hidden = this.#atEnd();
  }
}

function drawRow(row) {
  if (row.kind === "note") return h("li", { class: "is-note" }, row.text);
  const name = row.kind === "ack" ? "↩ ack" : row.name;
  return h("li", { class: `is-${row.kind}` },
    h("span", { class: "name" }, name),
    h("span", { class: "data" }, row.args.map(shown).join(", ") || (row.kind === "ack" ? "(empty)" : "")),
    row.ms === undefined ? null : h("time", {}, `${row.ms.toFixed(0)} ms`));
}

function shown(value) {
  if (value instanceof ArrayBuffer) return `‹${value.byteLength} bytes›`;
  return JSON.stringify(value, (_key, inner) => (inner instanceof ArrayBuffer ? `‹${inner.byteLength} bytes›` : inner)) ?? "null";
}
