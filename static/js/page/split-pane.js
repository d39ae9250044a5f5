// <split-pane data-sizes="--lesson-size" aria-orientation="vertical" aria-controls="lesson">: the bar between two
// panes.
//
// It moves with the pointer and with the keys of the ARIA pattern "window splitter"; the size is a percentage of the
// parent, kept in a custom property of the root so that theme.js can set it before the first paint.

import { keep } from "../core/kept.js";

const STEP = 2;
const LEAP = 10;
const LEAST = 15;
const MOST = 80;

class SplitPane extends HTMLElement {
  #end = null;

  connectedCallback() {
    this.tabIndex = 0;
    this.title = "Drag, or use the arrow keys; Enter brings the usual size back";
    this.ariaValueMin = String(LEAST);
    this.ariaValueMax = String(MOST);
    this.#end = new AbortController();
    const { signal } = this.#end;
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("pointerdown", (event) => this.#take(event), { signal });
    this.addEventListener("pointermove", (event) => this.#drag(event), { signal });
    for (const name of ["pointerup", "pointercancel"]) this.addEventListener(name, () => this.#drop(), { signal });
    this.addEventListener("dblclick", () => this.#set(null), { signal });
    window.addEventListener("resize", () => this.#tell(), { signal });
    this.#tell();
  }

  disconnectedCallback() {
    this.#end?.abort();
  }

  get #upright() {
    return this.getAttribute("aria-orientation") === "vertical";
  }

  #box() {
    const { left, top, width, height } = this.parentElement.getBoundingClientRect();
    return this.#upright ? { start: left, length: width } : { start: top, length: height };
  }

  /** Where the pane before the bar ends now, in percent of the parent. The style sheet decides. */
  #measure() {
    const pane = document.getElementById(this.getAttribute("aria-controls"))?.getBoundingClientRect();
    const { length } = this.#box();
    return pane && length ? (100 * (this.#upright ? pane.width : pane.height)) / length : 50;
  }

  #set(percent) {
    const { sizes } = this.dataset;
    const value = percent === null ? null : `${Math.min(MOST, Math.max(LEAST, percent)).toFixed(2)}%`;
    if (value === null) document.documentElement.style.removeProperty(sizes);
    else document.documentElement.style.setProperty(sizes, value);
    keep(sizes, value);
    this.#tell();
  }

  #tell() {
    this.ariaValueNow = String(Math.round(this.#measure()));
  }

  #key(event) {
    const by = event.shiftKey ? LEAP : STEP;
    const [less, more] = this.#upright ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
    const moves = {
      [less]: () => this.#set(this.#measure() - by),
      [more]: () => this.#set(this.#measure() + by),
      Home: () => this.#set(LEAST),
      End: () => this.#set(MOST),
      Enter: () => this.#set(null),
    };
    if (!moves[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moves[event.key]();
  }

  #take(event) {
    if (event.button !== 0) return;
    this.setPointerCapture(event.pointerId);
    this.classList.add("is-held");
  }

  #drag(event) {
    if (!this.classList.contains("is-held")) return;
    const { start, length } = this.#box();
    const here = this.#upright ? event.clientX : event.clientY;
    this.#set((100 * (here - start - this.#lead())) / length);
  }

  /** The size of what precedes the pane in the parent (the toolbar above the editor), plus half of the bar itself. */
  #lead() {
    const pane = document.getElementById(this.getAttribute("aria-controls")).getBoundingClientRect();
    return (this.#upright ? pane.left : pane.top) - this.#box().start + 4;
  }

  #drop() {
    this.classList.remove("is-held");
  }
}

customElements.define("split-pane", SplitPane);
