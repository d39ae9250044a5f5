// <example-card data-example="id">: a program of the text, with "Run this": into the free space, started at once.

import { h } from "../core/dom.js";
import { actions, store } from "../core/page.js";
import { isAlive, isOfExample } from "../core/state.js";

class ExampleCard extends HTMLElement {
  #ends = [];
  #made = null;

  connectedCallback() {
    const { example } = this.dataset;
    const start = () => actions.loadExample(example);
    let button = this.querySelector("button");
    if (!button) {
      button = h("button", { type: "button", class: "small" }, h("span", { class: "i i-run", "aria-hidden": "true" }), "Run this");
      (this.querySelector("figcaption") ?? this).append(button);
      this.#made = button;
    }
    button.hidden = false;
    button.addEventListener("click", start);
    this.#ends = [
      () => button.removeEventListener("click", start),
      store.subscribe((state) => state.page.run?.available !== false, (available) => {
        button.disabled = !available;
        button.title = available ? "" : store.get().page.run.reason;
      }),
      store.subscribe((state) => isAlive(state.sandbox) && isOfExample(state, example), (running) => this.classList.toggle("is-running", running)),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
    this.#made?.remove();
    this.#made = null;
  }
}

customElements.define("example-card", ExampleCard);
