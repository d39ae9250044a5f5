// <hint-steps data-exercise="slug" data-total="3">: hints one at a time; those already read are still there after a
// reload.

import { actions, define, store } from "../core/page.js";
import { fill, h, trustedHtml } from "../dom/h.js";

class HintSteps extends HTMLElement {
  #ends = [];
  #asked = false;

  connectedCallback() {
    this.hints = h("div", { class: "hints" });
    this.more = h("button", { type: "button", class: "more-hints", onclick: () => this.#ask() });
    this.note = h("p", { class: "note", role: "status" });
    fill(this, this.hints, this.more, this.note);
    this.#ends = [
      store.subscribe(
        (state) => state.page.workspaces?.[this.#exercise(state)],
        (work) => this.#draw(work),
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #exercise(state = store.get()) {
    return this.dataset.exercise ?? this.closest("[data-exercise]")?.dataset.exercise ?? state.workspace;
  }

  #draw(work) {
    const seen = work?.hints_seen ?? [];
    const total = work?.hints ?? Number(this.dataset.total ?? 0);
    this.hidden = total === 0;
    while (this.hints.children.length > seen.length) this.hints.lastElementChild.remove();
    seen.slice(this.hints.children.length).forEach((html) => {
      const number = this.hints.children.length + 1;
      const open = this.#asked;
      this.hints.append(
        h(
          "details",
          { class: "hint", open },
          h("summary", {}, `Hint ${number} of ${total}`),
          trustedHtml(h("div", { class: "hint-body" }), html),
        ),
      );
    });
    this.more.hidden = seen.length >= total;
    this.more.textContent =
      seen.length === 0 ? `Show a hint (1 of ${total})` : `Show hint ${seen.length + 1} of ${total}`;
  }

  async #ask() {
    const step = this.hints.children.length + 1;
    this.more.disabled = true;
    this.note.textContent = "";
    this.#asked = true;
    try {
      const { total } = await actions.hint(this.#exercise(), step);
      const newest = this.hints.lastElementChild;
      newest?.querySelector("summary").focus();
      if (step === total) this.note.textContent = "That was the last hint.";
    } catch (error) {
      this.note.textContent = error.message;
    } finally {
      this.more.disabled = false;
    }
  }
}

define("hint-steps", HintSteps);
