// <exhibit-layers>: an event of the reader's own last run, layer by layer from the bytes down to the handler.

import { define, store } from "../core/page.js";
import { handlerFor, handlersIn } from "../diagram/source.js";
import { fill, h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";
import { peeled } from "../traffic/peeled.js";
import { readRow } from "../wire/read.js";

const OFFERED = 12; // the newest events that can be chosen
const SAMPLE = { time: 0, client: "A", direction: "sent", frame: '42["say","hi"]', transport: "websocket", size: 14 };

class ExhibitLayers extends HTMLElement {
  #end = () => {};
  #rows = [];

  connectedCallback() {
    moreStyles("diagram");
    this.choice = h("select", { "aria-label": "The event to peel", onchange: () => this.#draw() });
    this.said = h("p", { class: "note", role: "status" });
    this.shown = h("div", {});
    fill(this.querySelector(".exhibit-stage"), this.said, this.choice, this.shown);
    this.#end = store.subscribe(
      (state) => state.traceRows,
      (rows) => this.#offer(rows),
    );
  }

  disconnectedCallback() {
    this.#end();
  }

  /** The events of the last run; until there is one, a sample that is labelled as such. */
  #offer(rows) {
    const chosen = this.#rows[Number(this.choice.value)];
    const events = rows
      .filter((row) => readRow(row).socket?.event != null || readRow(row).socket?.name.endsWith("ACK"))
      .slice(-OFFERED)
      .reverse();
    if (
      events.length === this.#rows.length &&
      events.every((row, i) => row === this.#rows[i]) &&
      this.shown.hasChildNodes()
    )
      return;
    this.#rows = events;
    this.said.textContent =
      events.length > 0
        ? "From your own last run:"
        : "This one is a sample. Run the server and emit something: your own events appear here.";
    this.choice.hidden = events.length === 0;
    fill(
      this.choice,
      events.map((row, i) =>
        h(
          "option",
          { value: i },
          `${row.time.toFixed(3)} s, ${row.direction === "sent" ? `${row.client} → server` : `server → ${row.client}`}: ${row.frame.slice(0, 60)}`,
        ),
      ),
    );
    this.choice.value = String(Math.max(0, events.indexOf(chosen)));
    this.#draw();
  }

  #draw() {
    const row = this.#rows[Number(this.choice.value)] ?? SAMPLE;
    fill(this.shown, peeled(row, row.direction === "sent" ? handlerOf(row) : null));
  }
}

function handlerOf(row) {
  const { socket } = readRow(row);
  const found =
    socket?.event == null
      ? null
      : handlerFor(handlersIn(store.get().files["server.py"] ?? ""), socket.event, socket.namespace);
  return (
    found && [
      `${found.name}, `,
      h(
        "button",
        {
          type: "button",
          class: "line-link",
          onclick: ({ currentTarget }) =>
            currentTarget.dispatchEvent(
              new CustomEvent("line-requested", { detail: { line: found.line }, bubbles: true }),
            ),
        },
        `line ${found.line}`,
      ),
    ]
  );
}

define("exhibit-layers", ExhibitLayers);
