// The visible part of a picture, in the picture's own units, which don't change when it is zoomed.

import { whenDrawn } from "../dom/turns.js";

const MARGIN = 8; // pixels between the edge and what was scrolled into view

export class Sight {
  zoom = 1;
  #scroller;
  #heads; // units at the top that stay there
  #content = 0;
  #view = { width: 0, height: 0, top: 0 }; // in pixels, as last measured

  constructor(scroller, heads) {
    this.#scroller = scroller;
    this.#heads = heads;
  }

  /** Measure the scroller; return whether the visible part has changed. */
  measure() {
    const { clientWidth: width, clientHeight: height, scrollTop: top } = this.#scroller;
    const before = this.#view;
    this.#view = { width, height, top };
    return before.width !== width || before.height !== height || Math.abs(before.top - top) >= 1;
  }

  /** A hidden picture has no width. */
  get isShown() {
    return this.#view.width > 0;
  }

  get width() {
    return this.#view.width / this.zoom;
  }
  get top() {
    return this.#view.top / this.zoom;
  }
  get bottom() {
    return this.top + this.#view.height / this.zoom;
  }

  /** How high the picture has to be, below its heads, to fill the scroller. */
  get height() {
    return Math.max(this.#content, this.#view.height / this.zoom - this.#heads);
  }

  /** Set the height of the content, before scrolling in it. */
  set content(height) {
    this.#content = height;
  }

  /** The visible part is known at once; the page scrolls when all is drawn, so that this needs only one layout. */
  scrollTo(top) {
    this.#view.top = this.#within(top * this.zoom);
    whenDrawn(this.#scroll);
  }

  /** Assume the end: something else scrolls there. */
  expectEnd() {
    this.#view.top = this.#within(Infinity);
  }

  /** Scroll something into view, by as little as possible. */
  reveal({ y, height }) {
    const margin = MARGIN / this.zoom;
    const seen = this.#view.height / this.zoom - this.#heads;
    if (y < this.top) this.scrollTo(y - margin);
    else if (y + height > this.top + seen) this.scrollTo(y + height - seen + margin);
  }

  #within(top) {
    return Math.max(0, Math.min(top, (this.#heads + this.#content) * this.zoom - this.#view.height));
  }

  #scroll = () => {
    if (this.#scroller.isConnected) this.#scroller.scrollTop = this.#view.top;
  };
}
