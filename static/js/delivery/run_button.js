// What a delivery question has beside its form: a button that plays it with the learner's own clients, and the result.

import { store } from "../core/page.js";
import { h } from "../dom/h.js";
import { asRecorded, markedByRun, timesInWords } from "./counts.js";

/** Return whether a program can be run from this page, and so whether running can be offered. */
export function canRun(page = store.get().page) {
  return page.run?.available !== false && Object.keys(page.examples ?? {}).length > 0;
}

/** The running side of one <quiz-question> of the kind delivery. */
export class DeliveryRun {
  /** `say(text)` shows a sentence while the run goes on. */
  constructor(form, say) {
    this.form = form;
    this.say = say;
    this.commit = h(
      "button",
      { type: "submit", name: "run", class: "primary" },
      h("span", { class: "i i-run", "aria-hidden": "true" }),
      "Commit and run it",
    );
  }

  /** Offer to commit and run at once, beside the button that only commits. */
  offerCommit() {
    const only = this.form.querySelector(".form-foot button[type=submit]");
    if (!only || only.hidden) return;
    only.classList.remove("primary");
    this.commit.disabled = false; // it was removed while the first answer was on its way
    only.before(this.commit);
  }

  /** Offer to run an answered question; `again` says that it has run before. */
  offerAgain(act, again = false) {
    this.withdraw();
    this.again = h(
      "button",
      { type: "button", class: "small run-again", onclick: act },
      again ? "Run it again" : "Run it",
    );
    this.form.querySelector(".form-foot").append(this.again);
  }

  withdraw() {
    this.commit.remove();
    this.again?.remove();
  }

  /**
   * Play the scenario of a verdict; resolves to the verdict as the trace marks it. Throws a sentence for the learner.
   */
  async play(verdict) {
    for (const { id } of verdict.options) this.#seen(id, null);
    const { play } = await import("./play.js");
    const counts = await play(verdict.scenario, {
      onStep: (text) => this.say(`${text} …`),
      onCounts: (counts) => Object.entries(counts).forEach(([id, times]) => this.#seen(id, times)),
    });
    return { ...markedByRun(verdict, counts), unlike: !asRecorded(verdict, counts) };
  }

  /** Show beside a client how often it has heard the event so far; null clears it. */
  #seen(id, times) {
    const cell = this.form.querySelector(`.cell input[value="${CSS.escape(id)}"]`)?.closest(".cell");
    if (!cell) return;
    let place = cell.querySelector(".seen");
    if (!place) {
      place = h("p", { class: "seen", "aria-hidden": "true" });
      cell.append(place);
    }
    place.textContent = times === null ? "…" : times > 0 ? `seen ${times}×` : "seen 0×";
    place.title = times === null ? "" : `In this run ${id} ${timesInWords(times)}.`;
  }
}
