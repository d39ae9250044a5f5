// <mode-switch>: links to the views of this lesson, which change without loading a page; the last one is remembered.

import { keep, kept } from "../core/kept.js";
import { actions, define, store } from "../core/page.js";

class ModeSwitch extends HTMLElement {
  #end = null;

  connectedCallback() {
    this.article = this.closest("#lesson");
    this.links = [...this.querySelectorAll("a[data-mode]")];
    const { learner_tag: learner, slug } = store.get().page;
    this.name = `mode:${learner}:${slug}`; // another lesson starts with its text
    this.#end = new AbortController();
    const { signal } = this.#end;
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    window.addEventListener("hashchange", () => this.#uncover(), { signal });
    const remembered = kept(this.name);
    if (remembered && !new URLSearchParams(location.search).has("mode")) this.#show(remembered);
    this.#reveal();
    this.#uncover();
  }

  disconnectedCallback() {
    this.#end?.abort();
  }

  #clicked(event) {
    const link = event.target.closest("a[data-mode]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const { mode } = link.dataset;
    keep(this.name, mode);
    history.replaceState(history.state, "", link.href);
    this.#show(mode);
    this.article.scrollTop = 0;
    actions.announce(`${link.firstChild.textContent.trim()} is shown.`);
  }

  #show(mode) {
    if (!this.links.some((link) => link.dataset.mode === mode)) return;
    this.article.dataset.mode = mode;
    for (const link of this.links) {
      if (link.dataset.mode === mode) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.#reveal();
  }

  /** On a phone the switch is a strip that scrolls. */
  #reveal() {
    const strip = this.querySelector("ul");
    const current = this.querySelector("[aria-current]");
    if (current) strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
  }

  /** If a link into the text leads to something that this mode does not show, show everything. */
  #uncover() {
    const target = document.getElementById(location.hash.slice(1));
    if (!target || target === this.article || !this.article.contains(target)) return;
    if (getComputedStyle(target.closest("[data-modes]") ?? target).display !== "none") return;
    this.#show("read");
    target.scrollIntoView();
  }
}

define("mode-switch", ModeSwitch);
