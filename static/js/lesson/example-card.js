// <example-card data-example="id">: a program of the text; "Run this" loads it into the free space and starts it.
// On a phone the clients are behind a tab: while it runs, a button leads there.

import { actions, define, store } from "../core/page.js";
import { isAlive, isOfExample } from "../core/state.js";
import { h } from "../dom/h.js";
import { goTo } from "../dom/regions.js";

class ExampleCard extends HTMLElement {
  #ends = [];
  #made = [];

  connectedCallback() {
    const { example } = this.dataset;
    const start = () => actions.loadExample(example);
    let button = this.querySelector("button");
    if (!button) {
      button = h(
        "button",
        { type: "button", class: "small" },
        h("span", { class: "i i-run", "aria-hidden": "true" }),
        "Run this",
      );
      (this.querySelector("figcaption") ?? this).append(button);
      this.#made.push(button);
    }
    const onward = h("button", { type: "button", class: "small to-clients", onclick: toClients }, "To the clients");
    (this.querySelector("figure") ?? this).append(onward);
    this.#made.push(onward);
    button.hidden = false;
    button.addEventListener("click", start);
    this.#ends = [
      () => button.removeEventListener("click", start),
      store.subscribe(
        (state) => state.page.run?.available !== false,
        (available) => {
          button.disabled = !available;
          button.title = available ? "" : store.get().page.run.reason;
        },
      ),
      store.subscribe(
        (state) => isAlive(state.sandbox) && isOfExample(state, example),
        (running) => this.classList.toggle("is-running", running),
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
    this.#made.splice(0).forEach((node) => node.remove());
  }
}

function toClients() {
  goTo("clients");
  document.getElementById("clients").focus();
}

define("example-card", ExampleCard);
