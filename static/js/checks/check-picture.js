// <check-picture>: the trace of a failed check as a diagram, step by step, beside what was expected and what happened.

import { sentenceOf } from "../diagram/words.js";
import { fill, h } from "../dom/h.js";
import { tryByHand } from "./hand-steps.js";
import "../traffic/sequence-diagram.js";

const PLAY_MS = 900;

class CheckPicture extends HTMLElement {
  #timer = 0;

  /** Draw a result of a check: {title, trace, marks, expected, actual}. */
  set result(result) {
    this.at = null; // the last step that is shown; null: not chosen yet
    const { marks = [], trace } = result;
    // After the verdict there are only the clients' goodbyes.
    const rows = marks.length > 0 ? trace.filter(({ time }) => time <= marks[0].time) : trace;
    this.diagram = h("sequence-diagram", { compact: true });
    this.diagram.trace = { rows, marks, inside: null };
    this.diagram.addEventListener("diagram-drawn", () => this.#draw());
    this.said = h("p", { class: "picture-step", "aria-live": "polite" });
    this.scrub = h("input", {
      type: "range",
      min: 1,
      max: 1,
      step: 1,
      "aria-label": "Step",
      oninput: () => this.#show(Number(this.scrub.value) - 1),
    });
    this.play = h(
      "button",
      { type: "button", class: "small", onclick: () => (this.#timer ? this.#stop() : this.#play()) },
      "Play",
    );
    fill(
      this,
      h(
        "div",
        { class: "picture" },
        this.diagram,
        h(
          "div",
          { class: "picture-side" },
          h(
            "dl",
            { class: "compare" },
            result.expected && [h("dt", {}, "Expected"), h("dd", {}, result.expected)],
            result.actual && [h("dt", {}, "Seen"), h("dd", {}, result.actual)],
          ),
          this.said,
          h(
            "button",
            { type: "button", class: "small", onclick: () => tryByHand(result.trace, result.title) },
            "Try it by hand",
          ),
        ),
      ),
      h(
        "div",
        { class: "picture-tools" },
        this.#step("First step", "First", () => 0),
        this.#step("One step back", "Back", () => this.#now() - 1),
        this.play,
        this.#step("One step on", "Next", () => this.#now() + 1),
        this.#step("The whole picture", "All", () => this.entries.length - 1),
        this.scrub,
      ),
    );
  }

  disconnectedCallback() {
    this.#stop();
  }

  get entries() {
    return this.diagram.model?.entries ?? [];
  }

  #step(label, sign, to) {
    return h(
      "button",
      {
        type: "button",
        class: "small quiet",
        "aria-label": label,
        title: label,
        onclick: () => {
          this.#stop();
          this.#show(to());
        },
      },
      sign,
    );
  }

  #now() {
    return this.at ?? this.entries.length - 1;
  }

  #show(step) {
    const last = this.entries.length - 1;
    this.at = Math.min(last, Math.max(0, step));
    this.diagram.showUntil = this.at === last ? Infinity : this.entries[this.at].end;
    this.#draw();
  }

  #play() {
    this.play.textContent = "Pause";
    this.#show(this.#now() >= this.entries.length - 1 ? 0 : this.#now());
    this.#timer = setInterval(() => {
      this.#show(this.#now() + 1);
      if (this.#now() >= this.entries.length - 1) this.#stop();
    }, PLAY_MS);
  }

  #stop() {
    clearInterval(this.#timer);
    this.#timer = 0;
    if (this.play) this.play.textContent = "Play";
  }

  /** The picture is first shown complete, at the arrow that the failure is about. */
  #begin(entries) {
    const pointed = entries.findIndex(({ wrong, mark }) => wrong || mark);
    this.at = pointed < 0 ? entries.length - 1 : pointed;
    this.diagram.reveal(entries[this.at]);
  }

  #draw() {
    const { entries } = this;
    if (entries.length === 0) return;
    if (this.at === null) this.#begin(entries);
    this.scrub.max = entries.length;
    this.scrub.value = this.#now() + 1;
    const text = `Step ${this.#now() + 1} of ${entries.length}: ${sentenceOf(entries[this.#now()])}`;
    if (this.said.textContent !== text) this.said.textContent = text;
  }
}

customElements.define("check-picture", CheckPicture);
