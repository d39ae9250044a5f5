// <exhibit-handshake>: the reader's own first connection, frame by frame, with every part of a frame explained.

import { keep, kept } from "../core/kept.js";
import { actions, define, store } from "../core/page.js";
import { fill, h } from "../dom/h.js";
import { explain } from "../wire/explain.js";
import { firstConnection, readCapture } from "./first_connection.js";

const KINDS = { engine: "eio", type: "sio", attachments: "sio", namespace: "nsp", ack: "ack", data: "data" };

class ExhibitHandshake extends HTMLElement {
  #ends = [];
  #rows = [];
  #place = 0;
  /** Whether it waits for the next connection; then only frames after `#after` count. */
  #waiting = false;
  #after = null;

  connectedCallback() {
    if (this.list) return;
    this.#rows = readCapture(kept(this.#key));
    this.#waiting = this.#rows.length === 0;
    this.#build();
    this.#ends = [
      store.subscribe(
        (state) => state.traceRows,
        () => this.#look(),
      ),
      store.subscribe(
        (state) => state.sandbox?.state,
        () => this.#drawHelp(),
      ),
    ];
    this.#draw();
  }

  disconnectedCallback() {
    queueMicrotask(() => !this.isConnected && this.#ends.splice(0).forEach((end) => end()));
  }

  get #key() {
    return `handshake:${store.get().page.slug}`;
  }

  #build() {
    this.again = h(
      "button",
      { type: "button", onclick: () => this.#captureAgain() },
      h("span", { class: "i i-reset", "aria-hidden": "true" }),
      "Capture again",
    );
    this.status = h("p", { class: "note", role: "status" });
    this.help = h("div", { class: "empty" });
    this.list = h("ol", { class: "frames-list" });
    this.shown = h("div", { class: "frame-shown", "aria-live": "polite" });
    this.previous = h("button", { type: "button", onclick: () => this.#show(this.#place - 1) }, "Frame before");
    this.next = h(
      "button",
      { type: "button", class: "primary", onclick: () => this.#show(this.#place + 1) },
      "Next frame",
    );
    this.steps = h("div", { class: "exhibit-bar" }, this.previous, this.next, this.again);
    this.querySelector(".exhibit-stage").replaceChildren(this.status, this.help, this.list, this.shown, this.steps);
  }

  /** A capture grows until the connection is made; then it stays as it is. */
  #look() {
    if (!this.#waiting) return;
    const { traceRows } = store.get();
    const since = this.#after === null ? 0 : traceRows.lastIndexOf(this.#after) + 1;
    const { rows, whole } = firstConnection(traceRows.slice(since));
    if (rows.length === this.#rows.length && !whole) return;
    this.#rows = rows;
    if (whole) {
      this.#waiting = false;
      this.#keep();
    }
    this.#draw();
  }

  #captureAgain() {
    this.#rows = [];
    this.#place = 0;
    this.#waiting = true;
    this.#after = store.get().traceRows.at(-1) ?? null;
    this.#keep();
    this.#draw();
    this.help.querySelector("button")?.focus();
  }

  #keep() {
    keep(this.#key, this.#rows.length > 0 ? JSON.stringify(this.#rows) : null);
  }

  #show(place) {
    this.#place = Math.min(Math.max(place, 0), this.#rows.length - 1);
    this.#drawFrame();
  }

  #draw() {
    const some = this.#rows.length > 0;
    for (const node of [this.list, this.shown, this.steps]) node.hidden = !some;
    this.#drawHelp();
    if (!some) {
      fill(this.list);
      fill(this.shown);
      return;
    }
    const first = this.#rows[0];
    const transport = first.transport === "polling" ? "long-polling" : "WebSocket";
    this.status.textContent = `${this.#rows.length} frames: how client ${first.client} of your server connected, beginning on ${transport}. Kept in this browser.`;
    fill(
      this.list,
      this.#rows.map((row, i) =>
        h(
          "li",
          { class: `is-${row.direction}` },
          h(
            "button",
            { type: "button", class: "small", onclick: () => this.#show(i) },
            h("span", { class: "dir" }, row.direction === "sent" ? "→ sent" : "← received"),
            h("span", { class: "literal" }, row.frame),
            h("span", { class: "when" }, `+${((row.time - first.time) * 1_000).toFixed(0)} ms`),
          ),
        ),
      ),
    );
    this.#drawFrame();
  }

  #drawFrame() {
    const row = this.#rows[this.#place];
    [...this.list.querySelectorAll("button")].forEach((button, i) =>
      i === this.#place ? button.setAttribute("aria-current", "step") : button.removeAttribute("aria-current"),
    );
    this.previous.disabled = this.#place === 0;
    this.next.disabled = this.#place === this.#rows.length - 1;
    const { sentence, parts } = explain(row);
    fill(
      this.shown,
      h(
        "p",
        {},
        h("strong", {}, `Frame ${this.#place + 1} of ${this.#rows.length}. `),
        `${sentence} Over ${row.transport === "polling" ? "long-polling" : "WebSocket"}.`,
      ),
      h(
        "pre",
        { class: "raw" },
        parts.map(({ kind, text }) => h("span", { class: `part part-${KINDS[kind]}` }, text)),
      ),
      h(
        "dl",
        { class: "parts" },
        parts.map(({ text, meaning }) => [
          h("dt", {}, text.length > 24 ? `${text.slice(0, 22)}…` : text),
          h("dd", {}, meaning),
        ]),
      ),
    );
  }

  #drawHelp() {
    const empty = this.#rows.length === 0;
    this.help.hidden = !empty;
    this.status.hidden = empty;
    if (!empty) return;
    const { page, sandbox } = store.get();
    const ready = sandbox?.state === "ready";
    fill(
      this.help,
      h(
        "p",
        {},
        ready
          ? "Nothing is captured yet. Connect client A (disconnect it first if it is connected): its first frames are kept here."
          : "Nothing is captured yet. Run the server and connect client A: the first frames of your own connection are kept here, to be read one by one.",
      ),
      page.run?.available === false
        ? h("p", {}, page.run.reason)
        : h(
            "button",
            {
              type: "button",
              onclick: () => (ready ? document.dispatchEvent(new CustomEvent("clients-requested")) : actions.run()),
            },
            ready ? "Connect the clients" : "Run the server",
          ),
    );
  }
}

define("exhibit-handshake", ExhibitHandshake);
