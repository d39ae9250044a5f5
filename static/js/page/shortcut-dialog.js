// <shortcut-dialog>: the list of keys, opened by "?" and by every button with data-opens="shortcuts".

import { fill, h } from "../dom/h.js";
import { SHORTCUTS } from "../dom/keys.js";
import { isTyping } from "../dom/typing.js";

class ShortcutDialog extends HTMLElement {
  #end = null;

  connectedCallback() {
    const buttons = document.querySelectorAll('[data-opens="shortcuts"]');
    if (buttons.length === 0) return;
    this.dialog = this.#draw();
    fill(this, this.dialog);
    this.#end = new AbortController();
    const { signal } = this.#end;
    for (const button of buttons) {
      button.hidden = false;
      button.addEventListener("click", () => this.#open(), { signal });
    }
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
        event.preventDefault();
        this.#open();
      },
      { signal },
    );
  }

  disconnectedCallback() {
    this.#end?.abort();
  }

  #open() {
    if (!document.querySelector("dialog[open]")) this.dialog.showModal();
  }

  #draw() {
    const rows = SHORTCUTS.map(({ keys, label }) =>
      h(
        "div",
        {},
        h(
          "dt",
          {},
          keys.map((key) => h("kbd", {}, key)),
        ),
        h("dd", {}, label),
      ),
    );
    const dialog = h(
      "dialog",
      { class: "shortcuts", "aria-labelledby": "shortcuts-title" },
      h(
        "div",
        { class: "dialog-head" },
        h("h2", { id: "shortcuts-title" }, "Keyboard shortcuts"),
        h(
          "button",
          { type: "button", class: "icon-only quiet", "aria-label": "Close", onclick: () => dialog.close() },
          h("span", { class: "i i-cross", "aria-hidden": "true" }),
        ),
      ),
      h("dl", {}, rows),
    );
    // A press on the backdrop is a press on the dialog itself, outside its padding.
    dialog.addEventListener("click", (event) => {
      if (event.target !== dialog) return;
      const { left, right, top, bottom } = dialog.getBoundingClientRect();
      const { clientX: x, clientY: y } = event;
      if (x < left || x > right || y < top || y > bottom) dialog.close();
    });
    return dialog;
  }
}

customElements.define("shortcut-dialog", ShortcutDialog);
