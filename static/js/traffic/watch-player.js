// <watch-player data-src="…">: a recorded run, played back in the sequence diagram with captions; play, step, scrub.

import { fill, h } from "../dom/h.js";
import { beatsOf, folds, pieces } from "./beats.js";
import "./sequence-diagram.js";

const KEYS = { ArrowRight: 1, ArrowLeft: -1 };

class WatchPlayer extends HTMLElement {
  #place = 0;
  #timer = null;
  #ends = [];

  async connectedCallback() {
    if (this.beats) return;
    const watch = new IntersectionObserver(([entry]) => !entry.isIntersecting && this.#pause());
    watch.observe(this);
    this.#ends = [() => watch.disconnect()];
    try {
      const answer = await fetch(this.dataset.src);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.#build(await answer.json());
    } catch {
      this.querySelector(".watch-stage").textContent = "The recording did not arrive. Reload the page to try again.";
    }
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#pause();
      this.#ends.splice(0).forEach((end) => end());
    });
  }

  #build(trace) {
    this.trace = trace;
    this.beats = beatsOf(trace);
    this.diagram = h("sequence-diagram", { compact: true });
    this.diagram.fold = folds(trace.rows);
    this.caption = h("p", { class: "watch-caption", "aria-live": "polite" });
    this.toggle = h("button", {
      type: "button",
      class: "primary",
      onclick: () => (this.#timer ? this.#pause() : this.#play()),
    });
    this.back = h(
      "button",
      { type: "button", class: "small", "aria-label": "One step back", onclick: () => this.#step(-1) },
      "‹",
    );
    this.next = h(
      "button",
      { type: "button", class: "small", "aria-label": "One step on", onclick: () => this.#step(1) },
      "›",
    );
    this.slider = h("input", {
      type: "range",
      min: "0",
      max: String(this.beats.length - 1),
      step: "1",
      "aria-label": "Place in the recording",
      oninput: () => this.#goTo(Number(this.slider.value)),
    });
    this.count = h("span", { class: "note watch-count" });
    fill(
      this.querySelector(".watch-stage"),
      this.diagram,
      this.caption,
      h(
        "div",
        { class: "watch-bar", onkeydown: (event) => this.#key(event) },
        this.toggle,
        this.back,
        this.next,
        this.slider,
        this.count,
      ),
    );
    this.diagram.trace = { rows: trace.rows, marks: trace.marks, inside: null };
    this.#show();
  }

  #play() {
    if (this.#place === this.beats.length - 1) this.#place = 0;
    this.#schedule();
    this.#show();
  }

  #schedule() {
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#place < this.beats.length - 1) this.#place += 1;
      if (this.#place < this.beats.length - 1) this.#schedule();
      this.#show();
    }, this.beats[this.#place].ms);
  }

  #pause() {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#show();
  }

  #step(by) {
    this.#goTo(this.#place + by);
  }

  #goTo(place) {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#place = Math.min(this.beats.length - 1, Math.max(0, place));
    this.#show();
  }

  /** The arrows step from any button of the bar; on the slider the browser does that. */
  #key(event) {
    const by = KEYS[event.key];
    if (!by || event.target === this.slider) return;
    event.preventDefault();
    this.#step(by);
  }

  #show() {
    const { until, caption } = this.beats[this.#place];
    const text = this.trace.captions[caption]?.text ?? "";
    const last = this.beats.length - 1;
    this.diagram.showUntil = until;
    if (this.caption.dataset.text !== text) {
      this.caption.dataset.text = text;
      fill(
        this.caption,
        pieces(text).map((piece) => (piece.code ? h("code", {}, piece.code) : piece)),
      );
    }
    this.toggle.textContent = this.#timer ? "Pause" : this.#place === last ? "Play again" : "Play";
    this.back.disabled = this.#place === 0;
    this.next.disabled = this.#place === last;
    this.slider.value = String(this.#place);
    this.slider.setAttribute("aria-valuetext", `Step ${this.#place + 1} of ${last + 1}`);
    this.count.textContent = `${this.#place + 1} / ${last + 1}`;
  }
}

customElements.define("watch-player", WatchPlayer);
