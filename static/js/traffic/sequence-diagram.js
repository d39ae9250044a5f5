// <sequence-diagram>: a trace as a picture: a lane for each client and the server, an arrow for each event.
//
// element.trace = {rows, marks, inside}      what is drawn; marks and inside may be missing
// element.showUntil = seconds                for a replay: nothing later is drawn
// element.fold = false                       every frame as an arrow of its own
// element.zoom = 1.25
// attribute compact                          for a small place: no zoom by wheel
//
// It dispatches `entry-chosen` and `entry-pointed` (detail: the entry, or null). Only what is visible has nodes.

import { layOut } from "../diagram/layout.js";
import { buildModel } from "../diagram/model.js";
import { shapesOf } from "../diagram/shapes.js";
import { sentenceOf } from "../diagram/words.js";
import { followEnd } from "../dom/follow.js";
import { fill, h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";
import { place, svg } from "../dom/svg.js";
import { onceAFrame, whenDrawn } from "../dom/turns.js";
import { drawHeads, drawLanes, headsOf } from "./diagram_lanes.js";
import { asNode } from "./diagram_nodes.js";
import { Sight } from "./diagram_sight.js";

const BEYOND = 240; // pixels drawn above and below the visible part
const HEADS = 34;
const CHEAP_MS = 8;
const ZOOM = { least: 0.6, most: 2 };

class SequenceDiagram extends HTMLElement {
  #trace = { rows: [], marks: [], inside: null };
  #fold = true;
  #until = Infinity;
  #nodes = new Map();
  #chosen = null;
  #pointed = null;
  #scroller = h("div", { class: "seq-scroll" });
  #sight = new Sight(this.#scroller, HEADS);
  #drawSoon = onceAFrame(() => this.isConnected && this.#sight.isShown && this.#draw());
  #resting = 0;
  #restUntil = 0; // on a busy machine the picture takes at most a quarter of the time
  #stale = true;
  #following = true;
  #newest = Infinity; // the time of the newest entry that was drawn: later ones are animated
  #ends = [];

  connectedCallback() {
    moreStyles("diagram");
    this.heads = svg("svg", { class: "seq-heads", "aria-hidden": "true" });
    this.lanes = svg("g", { class: "seq-lanes", "aria-hidden": "true" });
    this.entries = svg("g", { class: "seq-entries" });
    this.zoomed = svg("g", {}, this.lanes, this.entries);
    this.body = svg(
      "svg",
      { class: "seq-body", role: "group", "aria-label": "Sequence diagram. The arrow keys go from event to event." },
      this.zoomed,
    );
    fill(this.#scroller, this.heads, this.body);
    fill(this, this.#scroller);
    this.#nodes.clear();
    this.drawnHeads = "";
    this.follow = followEnd(this.#scroller, (following) => (this.#following = following));
    // A hidden picture has no width and is drawn when it becomes visible.
    const watch = new ResizeObserver(() => this.#sight.measure() && this.#plan(true));
    watch.observe(this.#scroller);
    const listening = new AbortController();
    const { signal } = listening;
    this.#scroller.addEventListener("scroll", () => this.#sight.measure() && this.#plan(false), {
      passive: true,
      signal,
    });
    this.addEventListener("click", ({ target }) => this.#choose(entryAt(target)), { signal });
    this.addEventListener("focusin", ({ target }) => this.#choose(entryAt(target)), { signal });
    // A picture that appears under a resting pointer is not pointed at: that takes a movement.
    this.addEventListener(
      "pointermove",
      ({ target, pointerType }) => pointerType === "mouse" && this.#point(entryAt(target)),
      { signal },
    );
    this.addEventListener("pointerleave", () => this.#point(null), { signal });
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("wheel", (event) => this.#wheel(event), { passive: false, signal });
    this.#ends = [() => this.follow.stop(), () => watch.disconnect(), () => listening.abort()];
    this.#plan(true);
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  get trace() {
    return this.#trace;
  }
  set trace(trace) {
    this.#trace = trace;
    this.#plan(true);
  }

  get fold() {
    return this.#fold;
  }
  set fold(fold) {
    this.#fold = fold;
    this.#plan(true);
  }

  get showUntil() {
    return this.#until;
  }
  set showUntil(seconds) {
    this.#until = seconds;
    this.#plan(true);
  }

  get zoom() {
    return this.#sight.zoom;
  }
  set zoom(zoom) {
    this.#sight.zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, zoom));
    this.#plan(true);
  }

  /** The entry that was chosen last, as it is now; or null. */
  get chosen() {
    return this.layout?.items.find(({ key }) => key === this.#chosen)?.entry ?? null;
  }

  /** The entry under the pointer, as it is now; or null. */
  get pointed() {
    return this.layout?.items.find(({ key }) => key === this.#pointed?.key)?.entry ?? null;
  }

  /** Choose an entry and scroll it into view; the focus stays where it is. */
  reveal(entry) {
    const item = this.layout?.itemOf.get(entry);
    if (!item) return;
    this.#sight.reveal(item);
    this.#plan(false);
    this.#choose(item.key);
  }

  /** Move to an entry and focus it, for example to the question of an answer. */
  goTo(entry) {
    const item = this.layout?.itemOf.get(entry);
    if (!item) return;
    this.#sight.reveal(item);
    this.#drawEntries();
    this.#nodes.get(item.key)?.node.focus({ preventScroll: true });
  }

  /** Draw once per animation frame, however much arrives. */
  #plan(stale) {
    this.#stale ||= stale;
    const rest = this.#restUntil - performance.now();
    if (rest <= 0) this.#drawSoon();
    else
      this.#resting ||= setTimeout(() => {
        this.#resting = 0;
        this.#drawSoon();
      }, rest);
  }

  #draw() {
    const begun = performance.now();
    if (this.#stale) {
      this.#stale = false;
      const anchor = this.#anchor();
      this.model = buildModel(this.#trace, { fold: this.#fold });
      this.layout = layOut(this.model, { width: this.#sight.width });
      this.#sight.content = this.layout.height;
      const { zoom, height } = this.#sight;
      // No viewBox: it would change with the height, and cause a new layout of everything in the picture.
      place(this.body, { width: this.layout.width * zoom, height: height * zoom });
      place(this.zoomed, { transform: `scale(${zoom})` });
      drawLanes(this.lanes, this.layout, height, this.#until);
      this.#drawHeads();
      this.#hold(anchor);
      this.dispatchEvent(new CustomEvent("diagram-drawn"));
    }
    this.#drawEntries();
    whenDrawn(() => {
      const cost = performance.now() - begun; // with the page laid out
      this.#restUntil = cost > CHEAP_MS ? performance.now() + cost * 3 : 0;
    });
  }

  /** The entry at the top edge, so that it can stay there when older rows are dropped. */
  #anchor() {
    const { top } = this.#sight;
    const item = this.layout?.items.find(({ y, height }) => y + height > top);
    return item ? { key: item.key, offset: item.y - top } : null;
  }

  #hold(anchor) {
    if (this.#until !== Infinity) this.#holdUntil();
    else if (this.#following) {
      this.#sight.expectEnd();
      this.follow.grown();
    } else {
      const item = anchor && this.layout.items.find(({ key }) => key === anchor.key);
      if (item) this.#sight.scrollTo(item.y - anchor.offset);
    }
  }

  /** In a replay the newest arrow is kept visible. */
  #holdUntil() {
    const newest = this.layout.items.findLast(({ entry }) => entry && entry.time <= this.#until);
    if (newest) this.#sight.reveal(newest);
    else this.#sight.scrollTo(0);
  }

  #drawHeads() {
    const { zoom } = this.#sight;
    const names = headsOf(this.layout, zoom);
    if (this.drawnHeads === names) return;
    this.drawnHeads = names;
    drawHeads(this.heads, this.layout, { zoom, height: HEADS });
  }

  #drawEntries() {
    const { items } = this.layout;
    const [top, bottom] = [this.#sight.top - BEYOND, this.#sight.bottom + BEYOND];
    const inSight = ({ y, height, key }) =>
      (y + height > top && y < bottom) || this.#nodes.get(key)?.node === document.activeElement;
    const shown = items.filter((item) => item.time <= this.#until && inSight(item));
    const keys = new Set(shown.map(({ key }) => key));
    for (const [key, { node }] of this.#nodes) {
      if (keys.has(key)) continue;
      node.remove();
      this.#nodes.delete(key);
    }
    const tab = keys.has(this.#chosen) ? this.#chosen : shown.findLast(({ entry }) => entry)?.key;
    // If a replay has not begun, the keyboard scrolls the picture itself.
    if (tab === undefined) this.#scroller.setAttribute("tabindex", "0");
    else if (document.activeElement !== this.#scroller) this.#scroller.removeAttribute("tabindex");
    let before = this.entries.firstElementChild;
    for (const item of shown) {
      const node = this.#node(item, tab);
      if (node === before) before = before.nextElementSibling;
      else this.entries.insertBefore(node, before);
    }
    this.#newest = items.at(-1)?.time ?? Infinity;
    this.#light();
  }

  #node(item, tab) {
    const { entry, key, y } = item;
    const known = this.#nodes.get(key) ?? { node: svg("g", { class: "seq-entry" }), drawn: "", y: null };
    if (!this.#nodes.has(key)) {
      this.#nodes.set(key, known);
      known.node.dataset.key = key;
      if (entry) place(known.node, { role: "button" });
      if (item.time > this.#newest) known.node.classList.add("is-new");
    }
    if (known.y !== y) place(known.node, { transform: `translate(0 ${y})` });
    known.y = y;
    const shapes = shapesOf(item, this.layout, this.#until);
    const drawn = JSON.stringify(shapes) + this.layout.width;
    if (drawn !== known.drawn) {
      known.drawn = drawn;
      const area = svg("rect", { class: "seq-area", x: 0, y: 0, width: this.layout.width, height: item.height });
      known.node.replaceChildren(area, ...shapes.map(asNode));
      if (entry) place(known.node, { "aria-label": `${entry.time.toFixed(3)} seconds. ${sentenceOf(entry)}` });
    }
    if (entry) known.node.setAttribute("tabindex", key === tab ? "0" : "-1");
    return known.node;
  }

  /** Highlight the chosen arrow, what it is joined to, and the lanes that it touches. */
  #light() {
    const entry = this.#pointed ?? this.chosen;
    const joined = new Set([entry?.question?.key, entry?.answer?.key]);
    for (const [key, { node }] of this.#nodes) {
      node.classList.toggle("is-chosen", key === this.#chosen);
      node.classList.toggle("is-joined", joined.has(key));
    }
    const lit = new Set(entry ? [...entry.legs.map(({ client }) => client), entry.client] : []);
    for (const head of this.heads.children) head.classList.toggle("is-lit", lit.has(head.dataset.client));
  }

  #choose(key) {
    if (key === null || key === this.#chosen) return;
    this.#chosen = key;
    this.#pointed = null; // the last choice takes precedence over a resting pointer
    for (const [each, { node }] of this.#nodes)
      if (node.hasAttribute("role")) node.setAttribute("tabindex", each === key ? "0" : "-1");
    this.#light();
    this.#tell("entry-chosen", this.chosen);
  }

  #point(key) {
    const entry = key === null ? null : (this.layout?.items.find((item) => item.key === key)?.entry ?? null);
    if (entry?.key === this.#pointed?.key) return;
    this.#pointed = entry;
    this.#light();
    this.#tell("entry-pointed", entry);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const reached = this.layout?.items.filter(({ entry }) => entry && entry.time <= this.#until) ?? [];
    const at = reached.findIndex(({ key }) => key === this.#chosen);
    const to = {
      ArrowDown: at + 1,
      ArrowRight: at + 1,
      ArrowUp: at - 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: reached.length - 1,
      PageDown: at + 10,
      PageUp: at - 10,
    }[event.key];
    if (to === undefined || reached.length === 0) return;
    event.preventDefault();
    this.goTo(reached[Math.min(reached.length - 1, Math.max(0, to))].entry);
  }

  #wheel(event) {
    if (!(event.ctrlKey || event.metaKey) || this.hasAttribute("compact")) return;
    event.preventDefault();
    this.zoom *= event.deltaY < 0 ? 1.1 : 1 / 1.1;
  }
}

function entryAt(target) {
  return target.closest?.(".seq-entry[role]")?.dataset.key ?? null;
}

customElements.define("sequence-diagram", SequenceDiagram);
