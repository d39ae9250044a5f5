// <rooms-view>: which clients are in which room now, highlighted as something is emitted to it, and the last handlers.

import { addressee, byNamespace, doer, duration, keyOf, reached, SLOW_SECONDS, shortSid } from "../core/inside.js";
import { define, store } from "../core/page.js";
import { hasEnded } from "../core/state.js";
import { followEnd } from "../dom/follow.js";
import { fill, h } from "../dom/h.js";
import { whileInSight } from "../dom/while_in_sight.js";
import { whenNothing } from "./nothing_yet.js";

const LIT_MS = 1_200;
const HANDLERS_SHOWN = 60;

class RoomsView extends HTMLElement {
  #ends = [];
  #sight = null;
  #rows = new Map();
  #told = new Map();
  #last = new Map();
  #lit = new Map();

  connectedCallback() {
    this.rooms = h("section", { class: "rooms", "aria-label": "Rooms", tabindex: "0" });
    this.list = h("ol", {});
    this.log = h(
      "div",
      { class: "handlers", role: "log", "aria-live": "off", "aria-label": "Handlers that ran", tabindex: "0" },
      this.list,
    );
    this.empty = h("div", { class: "empty" });
    this.view = h(
      "div",
      { class: "inside" },
      this.rooms,
      h("section", { class: "ran" }, h("h3", {}, "Handlers"), this.log),
    );
    fill(this, this.view, this.empty);
    this.follow = followEnd(this.log);
    this.#sight = whileInSight(this, () => this.#draw());
    this.#read(store.get().inside, false); // what was emitted before this view was opened highlights nothing
    this.#ends = [
      () => this.#sight.stop(),
      () => this.follow.stop(),
      () => [...this.#lit.values()].forEach(clearTimeout),
      store.subscribe(
        (state) => state.inside,
        (inside, before) => this.#news(inside, before),
      ),
      store.subscribe(
        (state) => state.sandbox?.state,
        () => this.#sight.plan(),
      ),
      store.subscribe(
        (state) => state.sandbox?.id,
        () => this.#forget(),
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #news(inside, before) {
    if (before) this.#read(inside, true);
    this.#sight.plan();
  }

  #forget() {
    for (const known of [this.#told, this.#last, this.#lit]) known.clear();
    this.#read(store.get().inside, false);
    this.#sight.plan();
  }

  /** Note what has been emitted since the last time: the report of a running handler comes again, longer. */
  #read({ handlers, rooms }, light) {
    const told = new Map();
    for (const report of handlers) {
      const emits = report.emits ?? [];
      for (const emit of emits.slice(this.#told.get(report.run) ?? 0)) {
        for (const key of reached(emit, report.client, rooms)) {
          this.#last.set(key, emit.event);
          if (light) this.#light(key);
        }
      }
      told.set(report.run, emits.length);
    }
    this.#told = told;
  }

  #light(key) {
    clearTimeout(this.#lit.get(key));
    this.#lit.set(
      key,
      setTimeout(() => {
        this.#lit.delete(key);
        this.#sight.plan();
      }, LIT_MS),
    );
  }

  #draw() {
    const { inside, sandbox } = store.get();
    const over = hasEnded(sandbox?.state);
    const nothing = inside.handlers.length === 0 && (over || inside.rooms.length === 0);
    this.view.hidden = nothing;
    this.empty.hidden = !nothing;
    if (nothing) {
      fill(this.empty, whenNothing(sandbox, "rooms"));
      return;
    }
    this.#drawRooms(over ? null : byNamespace(inside));
    // Some are reported late.
    const inOrder = inside.handlers.slice(-HANDLERS_SHOWN).sort((one, other) => one.time - other.time);
    this.#drawHandlers(inOrder, over);
  }

  #drawRooms(namespaces) {
    if (namespaces === null)
      fill(this.rooms, h("p", { class: "note" }, "The server has ended, and its rooms with it."));
    else if (namespaces.length === 0)
      fill(
        this.rooms,
        h(
          "p",
          { class: "note" },
          "No client is connected, so there is no room. The first one opens with the first client.",
        ),
      );
    else
      fill(
        this.rooms,
        namespaces.map((each) => this.#namespace(each)),
      );
  }

  #namespace({ namespace, everybody, rooms, own }) {
    return [
      h("h3", {}, "Namespace ", h("code", {}, namespace)),
      h(
        "ul",
        {},
        everybody ? this.#room(everybody, "Everybody") : null,
        rooms.map((each) => this.#room(each, h("code", {}, each.room))),
        own.map((each) => this.#room(each, ["own room ", h("code", { title: each.room }, shortSid(each.room))])),
      ),
    ];
  }

  #room(room, name) {
    const key = keyOf(room);
    const last = this.#last.get(key);
    return h(
      "li",
      { class: `room is-${room.kind}${this.#lit.has(key) ? " is-lit" : ""}` },
      h("span", { class: "room-name" }, name),
      h(
        "span",
        { class: "members" },
        room.clients.length > 0 ? room.clients.map(member) : h("span", { class: "note" }, "nobody is in it"),
      ),
      last ? h("span", { class: "last" }, h("span", { class: "note" }, "last: "), h("code", {}, last)) : null,
    );
  }

  #drawHandlers(reports, over) {
    const wanted = new Set(reports);
    for (const [report, row] of this.#rows) {
      if (wanted.has(report) && !(over && report.kind === "began")) continue;
      row.remove();
      this.#rows.delete(report);
    }
    let place = this.list.firstElementChild;
    for (const report of reports) {
      const row = this.#rows.get(report) ?? handlerRow(report, over);
      this.#rows.set(report, row);
      if (row === place) place = place.nextElementSibling;
      else this.list.insertBefore(row, place);
    }
    this.follow.grown();
  }
}

function member(client) {
  const short = client.length === 1;
  return h(
    "span",
    { class: "member", title: `Client ${client}` },
    h(
      "span",
      { class: `ava small ava-${short ? client.toLowerCase() : "none"}`, "aria-hidden": !short },
      client.slice(0, 1).toUpperCase(),
    ),
    short ? null : shortSid(client),
  );
}

function handlerRow(report, over) {
  const { client, what } = doer(report);
  const running = report.kind === "began";
  const slow = running || report.seconds > SLOW_SECONDS;
  return h(
    "li",
    { class: `handler${slow ? " is-slow" : ""}` },
    h("time", {}, `${report.time.toFixed(3)} s`),
    client === null ? null : member(client),
    h(
      "span",
      { class: "what" },
      h("code", {}, what),
      report.namespace && report.namespace !== "/" ? h("span", { class: "nsp" }, ` ${report.namespace}`) : null,
    ),
    report.line ? lineLink(report.line) : null,
    report.kind === "emits"
      ? null
      : h("span", { class: "took" }, running ? (over ? "did not end" : "at work…") : duration(report.seconds)),
    h("span", { class: "thread", title: report.thread }, report.thread.replace(/ \(.*/, "")),
    report.error ? h("p", { class: "error" }, report.error) : null,
    report.emits.length > 0
      ? h(
          "p",
          { class: "emitted" },
          "emitted ",
          report.emits.map((emit, i) => [i > 0 ? ", " : "", h("code", {}, emit.event), ` to ${addressee(emit)}`]),
          report.left_out > 0 ? `, and ${report.left_out} more` : "",
        )
      : null,
  );
}

function lineLink(line) {
  return h(
    "button",
    {
      type: "button",
      class: "line-link",
      onclick: (event) =>
        event.currentTarget.dispatchEvent(new CustomEvent("line-requested", { detail: { line }, bubbles: true })),
    },
    `line ${line}`,
  );
}

define("rooms-view", RoomsView);
