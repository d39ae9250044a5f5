// <paragraph-notes>: a note on a paragraph, by a button beside the paragraph under the pointer, or beside each one
// while the switch is on.

import { fill, h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";

const PARAGRAPHS = ".lesson .prose :is(p, li):not(:has(p, li))";
const WORDS_SHOWN = 60;

class ParagraphNotes extends HTMLElement {
  #end = null;
  #on = false;
  #hovering = null;

  connectedCallback() {
    this.article = this.closest(".lesson");
    this.toggle = h(
      "button",
      { type: "button", class: "small quiet note-toggle", "aria-pressed": "false", onclick: () => this.#turn() },
      "Leave notes on paragraphs",
    );
    this.append(this.toggle);
    this.#end = new AbortController();
    const { signal } = this.#end;
    this.article.addEventListener("pointerover", (event) => this.#over(event), { signal });
    moreStyles();
  }

  disconnectedCallback() {
    this.#end?.abort();
    this.toggle.remove();
  }

  #over({ target, pointerType }) {
    if (this.#on || pointerType === "touch" || target.closest(".note-form")) return;
    const paragraph = target.closest(PARAGRAPHS);
    if (paragraph === this.#hovering) return;
    if (this.#hovering) clear(this.#hovering);
    this.#hovering = paragraph;
    if (paragraph) this.#offer(paragraph, "is-beside");
  }

  #turn() {
    this.#on = !this.#on;
    this.#hovering = null;
    this.toggle.setAttribute("aria-pressed", String(this.#on));
    for (const paragraph of this.article.querySelectorAll(PARAGRAPHS)) {
      clear(paragraph);
      if (this.#on) this.#offer(paragraph, "is-inside");
    }
    if (this.#on) this.article.scrollTop = 0;
  }

  #offer(paragraph, place) {
    const words = wordsOf(paragraph);
    if (words === "" || paragraph.querySelector(".note-button")) return;
    const button = h(
      "button",
      {
        type: "button",
        class: `note-button ${place}`,
        "aria-label": `Note on “${words.slice(0, WORDS_SHOWN)}”`,
        title: "Leave a note on this",
        onclick: () => this.#open(paragraph, words, button),
      },
      h("span", { class: "i i-note", "aria-hidden": "true" }),
    );
    paragraph.classList.add("has-note-button");
    paragraph.append(button);
  }

  #open(paragraph, words, button) {
    const shown = this.article.querySelector(".note-form");
    shown?.remove();
    if (shown?.dataset.words === words) return;
    const text = h("textarea", {
      name: "text",
      rows: "3",
      maxlength: "1000",
      required: true,
      "aria-label": "Your note",
    });
    const said = h("p", { class: "note", role: "status" });
    const form = h(
      "form",
      { class: "note-form", dataset: { words } },
      h("p", {}, h("strong", {}, "What confused you here?")),
      text,
      h(
        "div",
        { class: "form-foot" },
        h("button", { type: "submit", class: "small primary" }, "Send the note"),
        h("button", { type: "button", class: "small", onclick: () => close() }, "Cancel"),
      ),
      said,
    );
    const close = () => {
      form.remove();
      (button.isConnected ? button : this.toggle).focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(form, { paragraph: words, text: text.value }, said);
    });
    form.addEventListener("keydown", (event) => event.key === "Escape" && close());
    if (paragraph.tagName === "LI") paragraph.append(form);
    else paragraph.after(form);
    text.focus();
  }

  async #send(form, fields, said) {
    said.textContent = "Sending …";
    try {
      const answer = await fetch(this.dataset.action, {
        method: "POST",
        body: new URLSearchParams(fields),
        headers: { Accept: "application/json" },
      });
      const { ok, message } = await answer.json();
      if (ok)
        fill(form, h("p", { role: "status", tabindex: "-1" }, message))
          .querySelector("p")
          .focus();
      else said.textContent = message;
    } catch {
      said.textContent = "The note could not be sent. It is still here: try again in a moment.";
    }
  }
}

function clear(paragraph) {
  paragraph.querySelector(":scope > .note-button")?.remove();
  paragraph.classList.remove("has-note-button");
}

/** Return the text of the paragraph, without what was inserted into it. */
function wordsOf(paragraph) {
  const copy = paragraph.cloneNode(true);
  copy.querySelectorAll(".note-button, .note-form").forEach((node) => node.remove());
  return copy.textContent.replace(/\s+/g, " ").trim();
}

customElements.define("paragraph-notes", ParagraphNotes);
