// <quiz-score>: the score of the quiz, live, and a link to the questions to try again.

import { fill, h } from "../dom/h.js";

class QuizScore extends HTMLElement {
  #end = null;

  connectedCallback() {
    const { right, wrong } = this.dataset;
    this.right = new Set(words(right));
    this.wrong = new Set(words(wrong));
    this.article = this.closest("#lesson");
    this.button = h("button", { type: "button", class: "small", onclick: () => this.#filter() });
    this.line = this.querySelector(".score");
    this.querySelector("a")?.replaceWith(this.button);
    if (!this.button.isConnected) this.append(this.button);
    this.#end = new AbortController();
    const { signal } = this.#end;
    document.addEventListener("answered", ({ detail }) => this.#heard(detail), { signal });
    this.#draw();
  }

  disconnectedCallback() {
    this.#end?.abort();
  }

  #heard({ question, role, correct }) {
    if (role !== "question") return;
    (correct ? this.right : this.wrong).add(question);
    (correct ? this.wrong : this.right).delete(question);
    this.#draw();
  }

  /** Questions that were wrong at this moment stay visible, so that a better answer does not hide its reason. */
  #filter() {
    const only = !this.article.dataset.only;
    for (const block of this.article.querySelectorAll("[data-modes~=myths]")) {
      const question = block.querySelector("quiz-question")?.question;
      if (question) block.toggleAttribute("data-settled", only && !this.wrong.has(question));
    }
    if (only) this.article.dataset.only = "wrong";
    else delete this.article.dataset.only;
    this.article.scrollTop = 0;
    this.#draw();
  }

  #draw() {
    const { right, wrong } = this;
    const total = Number(this.dataset.total);
    const rest =
      wrong.size > 0 ? ` · ${wrong.size} to try again` : right.size === total ? " · nothing left to try again" : "";
    fill(this.line, h("strong", {}, `${right.size} of ${total} right`), rest);
    const only = Boolean(this.article.dataset.only);
    this.button.textContent = only ? "Show every question" : "Only the wrong ones";
    this.button.hidden = !only && wrong.size === 0;
  }
}

function words(text) {
  return (text ?? "").split(" ").filter(Boolean);
}

customElements.define("quiz-score", QuizScore);
