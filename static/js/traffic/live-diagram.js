// <live-diagram>: the picture of the present traffic, with the chosen arrow explained, and the same rows as a table.

import { actions, define, store } from "../core/page.js";
import { wholeCode } from "../core/program.js";
import { svgText } from "../diagram/svg_text.js";
import { asText } from "../diagram/words.js";
import { fill, h } from "../dom/h.js";
import { onceAFrame, whenDrawn } from "../dom/turns.js";
import { explainEntry, howToRead } from "./diagram_detail.js";
import { whenNothing } from "./nothing_yet.js";
import { TraceTable } from "./trace_table.js";
import "./sequence-diagram.js";

const ZOOM_STEP = 1.2;
const POINTED_MS = 90; // an arrow that only passes under a resting pointer is not being read

/** Words that are hidden on a phone. */
const long = (text) => h("span", { class: "long" }, text);

class LiveDiagram extends HTMLElement {
  #ends = [];
  #shown = "";
  #timer = 0;
  #detailToTop = () => (this.detail.scrollTop = 0);
  #plan = onceAFrame(() => this.isConnected && this.#draw());

  connectedCallback() {
    this.diagram = h("sequence-diagram", {});
    this.detail = h("section", { class: "seq-detail", "aria-label": "The chosen event", tabindex: "-1" });
    this.table = new TraceTable();
    this.empty = h("div", { class: "empty" });
    this.view = h("div", { class: "seq-view" }, this.diagram, this.detail);
    fill(this, this.#toolbar(), this.view, this.table.node, this.empty);
    this.#hearDiagram();
    this.#explain(null);
    this.#ends = this.#subscriptions();
  }

  #toolbar() {
    this.tableButton = this.#toggle(() => this.#showTable(this.table.node.hidden), "", long("As a"), "table");
    this.room = this.#toggle(
      () => this.#makeRoom(this.room.getAttribute("aria-pressed") === "false"),
      "Hide the editor while you look at the diagram",
      "Make room",
    );
    this.room.classList.add("room-button");
    this.folded = h("input", {
      type: "checkbox",
      checked: true,
      onchange: () => {
        this.diagram.fold = this.folded.checked;
      },
    });
    this.note = h("span", { class: "note" });
    this.tools = h(
      "div",
      { class: "panel-tools" },
      this.tableButton,
      h("label", { class: "chip" }, this.folded, h("span", {}, "fold", long(" routine"))),
      this.note,
      h("span", { class: "acts" }, this.room, ...this.#sizes(), ...this.#copies()),
    );
    return this.tools;
  }

  #sizes() {
    return [
      this.#button("Smaller", "−", () => {
        this.diagram.zoom /= ZOOM_STEP;
      }),
      this.#button("Larger", "+", () => {
        this.diagram.zoom *= ZOOM_STEP;
      }),
    ];
  }

  #copies() {
    return [
      this.#button("Copy as text", [long("Copy"), "text"], () =>
        this.#copy(asText(this.diagram.model), "The diagram is in your clipboard, as text."),
      ),
      this.#button("Copy as an SVG picture", [long("Copy"), "SVG"], () =>
        this.#copy(svgText(this.diagram.layout), "The diagram is in your clipboard, as SVG."),
      ),
    ];
  }

  #hearDiagram() {
    this.addEventListener("entry-chosen", ({ detail }) => this.#explain(detail));
    this.addEventListener("entry-pointed", ({ detail }) => this.#point(detail));
    // What was not known before may be known now.
    this.addEventListener("diagram-drawn", () => this.#explain(this.diagram.pointed ?? this.diagram.chosen), true);
    this.addEventListener("entry-wanted", ({ detail }) => this.diagram.goTo(detail));
  }

  #subscriptions() {
    const draw = () => this.#plan();
    const code = () => this.#makeRoom(false); // a line of the program is asked for: it has to be visible
    document.addEventListener("line-requested", code);
    return [
      () => document.removeEventListener("line-requested", code),
      store.subscribe(
        (state) => state.sandbox?.id,
        () => this.#begin(),
      ),
      ...["traceRows", "traceMarks", "inside", "traceDropped"].map((slice) =>
        store.subscribe((state) => state[slice], draw),
      ),
      store.subscribe((state) => state.sandbox?.state, draw),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
    clearTimeout(this.#timer);
  }

  /** The sandbox whose traffic is drawn. */
  get sandbox() {
    return store.get().sandbox;
  }

  #toggle(act, title, ...words) {
    const attributes = { type: "button", class: "small quiet", "aria-pressed": "false", onclick: act };
    return h("button", title ? { ...attributes, title } : attributes, ...words);
  }

  #button(label, text, act) {
    return h("button", { type: "button", class: "small quiet", title: label, "aria-label": label, onclick: act }, text);
  }

  /** The program as it was started: its lines are those that the trace is about. */
  #begin() {
    this.source = wholeCode(store.get().ran);
    this.#explain(null);
  }

  #makeRoom(wanted) {
    this.closest(".sandbox")?.classList.toggle("has-room", wanted);
    this.room.setAttribute("aria-pressed", String(wanted));
    this.room.textContent = wanted ? "Show the code" : "Make room";
  }

  #draw() {
    const { traceRows, traceMarks = [], inside = null, traceDropped, sandbox } = store.get();
    const nothing = traceRows.length === 0 && traceMarks.length === 0;
    this.tools.hidden = nothing;
    this.view.hidden = nothing || !this.table.node.hidden;
    this.empty.hidden = !nothing;
    if (nothing) fill(this.empty, whenNothing(sandbox, "arrows"));
    this.note.textContent = traceDropped > 0 ? `${traceDropped} frames came too fast to draw` : "";
    this.diagram.trace = { rows: traceRows, marks: traceMarks, inside };
    if (!this.table.node.hidden) this.table.draw(traceRows);
  }

  #showTable(wanted) {
    this.table.node.hidden = !wanted;
    this.tableButton.setAttribute("aria-pressed", String(wanted));
    this.#plan();
  }

  #point(entry) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#explain(entry ?? this.diagram.chosen), POINTED_MS);
  }

  #explain(entry) {
    const key = entry
      ? [entry.key, entry.rows.length, entry.answer?.key, entry.handler?.kind, entry.emit?.to].join(" ")
      : "";
    if (key === this.#shown && this.detail.hasChildNodes()) return;
    this.#shown = key;
    this.detail.classList.toggle("is-open", entry !== null);
    fill(
      this.detail,
      entry ? explainEntry(entry, { source: this.source, rowsNow: () => store.get().traceRows }) : howToRead(),
    );
    whenDrawn(this.#detailToTop);
  }

  async #copy(text, said) {
    try {
      await navigator.clipboard.writeText(text);
      actions.announce(said);
    } catch {
      actions.announce("Copying is not allowed here.", "alert");
    }
  }
}

define("live-diagram", LiveDiagram);
