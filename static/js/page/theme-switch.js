// <theme-switch>: like the system, light, dark; one button that cycles through them.

import { keep } from "../core/kept.js";
import { fill, h } from "../dom/h.js";

const WORDS = { system: "as your system", light: "light", dark: "dark" };
const NEXT = { system: "light", light: "dark", dark: "system" };

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.label = h("span", { class: "words" }, "Theme");
    this.button = h(
      "button",
      { type: "button", class: "head-link quiet", onclick: () => this.#turn() },
      h("span", { class: "i i-theme", "aria-hidden": "true" }),
      this.label,
    );
    fill(this, this.button);
    this.#tell();
  }

  get #theme() {
    return document.documentElement.dataset.theme ?? "system";
  }

  #turn() {
    const theme = NEXT[this.#theme];
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    keep("theme", theme === "system" ? null : theme);
    this.#tell();
  }

  #tell() {
    const said = `Theme: ${WORDS[this.#theme]}`;
    this.button.title = `${said}. Press for: ${WORDS[NEXT[this.#theme]]}`;
    this.button.setAttribute("aria-label", said);
  }
}

customElements.define("theme-switch", ThemeSwitch);
