// <solution-diff data-exercise="slug">: the solution, after two requests, beside one's own code; "Use this" can be
// undone.

import { actions, define, store } from "../core/page.js";
import { dialogHead, fill, h, trustedHtml } from "../dom/h.js";
import { loadDiff } from "./editor_chunk.js";

class SolutionDiff extends HTMLElement {
  #diff = null;
  #dialog = null;

  connectedCallback() {
    this.button = h("button", { type: "button", class: "quiet", onclick: () => this.#ask() }, "Show the solution");
    this.note = h("p", { class: "note", role: "status" });
    fill(this, this.button, this.note);
  }

  disconnectedCallback() {
    this.#close();
  }

  get #exercise() {
    return this.dataset.exercise ?? this.closest("[data-exercise]")?.dataset.exercise ?? store.get().workspace;
  }

  /**
   * While the request runs the button says so, and keeps the focus: a disabled button would lose it, and the dialog could
   * not give it back.
   */
  async #ask() {
    if (this.button.ariaDisabled === "true") return;
    const exercise = this.#exercise;
    this.button.ariaDisabled = "true";
    this.note.textContent = "";
    try {
      const reply = await actions.solution(exercise);
      if (exercise !== store.get().workspace) actions.openWorkspace(exercise);
      this.button.textContent = "Show the solution";
      await this.#show(reply);
    } catch (error) {
      this.note.textContent = error.message;
      if (error.code === "ask_again") this.button.textContent = "Show it all the same";
    } finally {
      this.button.ariaDisabled = "false";
    }
  }

  async #show({ files, note_html: note }) {
    this.#close();
    const place = h("div", { class: "diff" });
    const where = h("p", { class: "note" });
    const dialog = h(
      "dialog",
      { class: "solution", "aria-labelledby": "solution-title", onclose: () => this.#close() },
      dialogHead("solution-title", "Your code and the solution", () => dialog.close()),
      where,
      place,
      trustedHtml(h("div", { class: "prose" }), note),
      h(
        "div",
        { class: "form-foot" },
        h("button", { type: "button", class: "primary", onclick: () => this.#use() }, "Use this"),
        h("span", { class: "note" }, "Undo brings your own code back."),
      ),
    );
    this.#dialog = dialog;
    document.body.append(dialog);
    dialog.showModal();
    const mine = store.get().files["server.py"] ?? "";
    await this.#drawDiff(place, where, mine, files["server.py"] ?? "");
  }

  async #drawDiff(place, where, mine, theirs) {
    try {
      const { showDiff } = await loadDiff();
      if (!place.isConnected) return;
      this.#diff = showDiff(place, {
        before: { text: mine, name: "your code" },
        after: { text: theirs, name: "the solution" },
      });
      where.textContent = this.#diff.words;
    } catch {
      where.textContent = "First your code, then the solution.";
      fill(
        place,
        h("pre", { tabindex: "0", "aria-label": "Your code" }, mine),
        h("pre", { tabindex: "0", "aria-label": "The solution" }, theirs),
      );
    }
  }

  async #use() {
    const taken = await actions.useSolution();
    if (taken) this.#dialog?.close();
    else this.note.textContent = "That did not work just now. Your code is unchanged.";
  }

  #close() {
    this.#diff?.destroy();
    this.#diff = null;
    this.#dialog?.remove();
    this.#dialog = null;
  }
}

define("solution-diff", SolutionDiff);
