// <wire-list>: every frame of every client, literal, as the gateway saw it pass.

import { actions, define, store } from "../core/page.js";
import { followEnd } from "../dom/follow.js";
import { fill, h } from "../dom/h.js";
import { whileInSight } from "../dom/while_in_sight.js";
import { asText, clientsOf, sift } from "../wire/rows.js";
import { whenNothing } from "./nothing_yet.js";
import { wireRow } from "./wire_row.js";

class WireList extends HTMLElement {
  #ends = [];
  #nodes = new Map();
  #paused = null;
  #sight = null;

  connectedCallback() {
    this.client = h("select", { "aria-label": "Show the frames of", onchange: () => this.#sight.plan() });
    this.direction = h(
      "select",
      { class: "direction", "aria-label": "Show the direction", onchange: () => this.#sight.plan() },
      h("option", { value: "" }, "both directions"),
      h("option", { value: "sent" }, "sent"),
      h("option", { value: "received" }, "received"),
    );
    this.hide = h("input", { type: "checkbox", checked: true, onchange: () => this.#sight.plan() });
    this.hiddenCount = h("span", { class: "count" });
    this.pause = h(
      "button",
      { type: "button", class: "small quiet", "aria-pressed": "false", onclick: () => this.#togglePause() },
      "Pause",
    );
    this.copy = h("button", { type: "button", class: "small quiet", onclick: () => this.#copy() }, "Copy");
    this.list = h("div", {
      class: "wire",
      role: "log",
      "aria-live": "off",
      "aria-label": "Frames",
      tabindex: "0",
      onkeydown: (event) => this.#step(event),
    });
    this.note = h("span", { class: "note" });
    this.empty = h("div", { class: "empty" });
    this.tools = h(
      "div",
      { class: "panel-tools" },
      this.client,
      this.direction,
      h("label", { class: "chip" }, this.hide, h("span", {}, "hide heartbeat ", this.hiddenCount)),
      this.note,
      h(
        "span",
        { class: "acts" },
        this.pause,
        h("button", { type: "button", class: "small quiet", onclick: () => this.#clear() }, "Clear"),
        this.copy,
      ),
    );
    fill(this, this.tools, this.list, this.empty);
    this.follow = followEnd(this.list);
    this.#sight = whileInSight(this, () => this.#draw());
    this.#ends = [
      () => this.#sight.stop(),
      () => this.follow.stop(),
      store.subscribe(
        (state) => state.traceRows,
        () => this.#sight.plan(),
      ),
      store.subscribe(
        (state) => state.traceDropped,
        () => this.#sight.plan(),
      ),
      store.subscribe(
        (state) => state.sandbox?.state,
        () => this.#sight.plan(),
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #draw() {
    const { traceDropped, traceRows, sandbox } = store.get();
    const rows = this.#paused ?? traceRows;
    const { shown, hidden } = sift(rows, {
      client: this.client.value,
      direction: this.direction.value,
      heartbeat: !this.hide.checked,
    });
    this.#drawClients(rows);
    this.hiddenCount.textContent = hidden > 0 ? `(${hidden})` : "";
    // The list is capped: what came since the pause is what follows its newest row.
    const waiting = this.#paused ? traceRows.length - 1 - traceRows.lastIndexOf(this.#paused.at(-1)) : 0;
    this.note.textContent =
      waiting > 0
        ? `${waiting} more since the pause`
        : traceDropped > 0
          ? `${traceDropped} frames came too fast to show`
          : "";
    this.tools.hidden = rows.length === 0 && !this.#paused;
    this.list.hidden = shown.length === 0;
    this.empty.hidden = shown.length > 0;
    if (shown.length === 0) fill(this.empty, nothingYet(rows.length, sandbox));
    this.#drawRows(shown);
  }

  #drawRows(shown) {
    const wanted = new Set(shown);
    for (const [row, node] of this.#nodes) {
      if (wanted.has(row)) continue;
      node.remove();
      this.#nodes.delete(row);
    }
    let place = this.list.firstElementChild;
    for (const row of shown) {
      const node = this.#nodes.get(row) ?? wireRow(row, () => store.get().traceRows);
      this.#nodes.set(row, node);
      if (node === place) place = place.nextElementSibling;
      else this.list.insertBefore(node, place);
    }
    this.follow.grown();
  }

  /** The arrow keys go from row to row, Home and End to the first and the last. */
  #step(event) {
    const row = event.target.closest("details.frame");
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const to = {
      ArrowDown: row ? row.nextElementSibling : this.list.firstElementChild,
      ArrowUp: row?.previousElementSibling,
      Home: this.list.firstElementChild,
      End: this.list.lastElementChild,
    }[event.key];
    if (!to) return;
    event.preventDefault();
    to.querySelector("summary").focus();
  }

  #drawClients(rows) {
    const names = ["", ...clientsOf(rows)];
    if (names.length === this.client.options.length && names.every((name, i) => this.client.options[i].value === name))
      return;
    const chosen = this.client.value;
    fill(
      this.client,
      names.map((name) => h("option", { value: name }, name === "" ? "all clients" : name)),
    );
    this.client.value = names.includes(chosen) ? chosen : "";
  }

  #togglePause() {
    this.#paused = this.#paused ? null : store.get().traceRows;
    this.pause.setAttribute("aria-pressed", String(this.#paused !== null));
    this.pause.textContent = this.#paused ? "Go on" : "Pause";
    this.#sight.plan();
  }

  #clear() {
    if (this.#paused) this.#togglePause();
    actions.clearTrace();
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(asText(this.#paused ?? store.get().traceRows));
      actions.announce("The frames are in your clipboard.");
    } catch {
      actions.announce("Copying is not allowed here.", "alert");
    }
  }
}

function nothingYet(all, sandbox) {
  return all > 0 ? h("p", {}, "No frame passes these filters.") : whenNothing(sandbox, "frames");
}

define("wire-list", WireList);
