// <client-faults data-client="A">: the faults in force on this client's connection, in its card, with a button to end
// them.

import { actions, define, store } from "../core/page.js";
import { fill, h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";
import { faultsInWords, saidOf } from "./fault_words.js";

class ClientFaults extends HTMLElement {
  #ends = [];
  #tick = null;
  #offlineUntil = 0;

  connectedCallback() {
    this.#ends = [
      store.subscribe(
        (state) => state.faults[this.dataset.client],
        (faults) => this.#changed(faults),
      ),
      store.subscribe(
        (state) => state.sandbox?.state,
        () => this.#draw(),
      ),
    ];
  }

  disconnectedCallback() {
    clearInterval(this.#tick);
    this.#ends.splice(0).forEach((end) => end());
  }

  #changed(faults) {
    clearInterval(this.#tick);
    this.#offlineUntil = performance.now() + (faults?.offline ?? 0) * 1000;
    if (faults) moreStyles();
    if (faults?.offline > 0) this.#tick = setInterval(() => this.#draw(), 1000);
    this.#draw();
  }

  #draw() {
    const { faults, sandbox } = store.get();
    const mine = faults[this.dataset.client];
    const over =
      !sandbox || (sandbox.state !== "ready" && sandbox.state !== "starting" && sandbox.code !== "killed_by_learner");
    const words = over ? [] : faultsInWords(mine, Math.max(0, (this.#offlineUntil - performance.now()) / 1000));
    this.hidden = words.length === 0;
    if (this.hidden) return fill(this);
    this.list ??= h("ul", { class: "faults" });
    this.well ??= h("button", { type: "button", class: "small quiet", onclick: () => this.#heal() }, "All well again");
    fill(
      this.list,
      words.map(({ icon, text }) => h("li", {}, h("span", { class: `i i-${icon}`, "aria-hidden": "true" }), text)),
    );
    if (this.list.parentNode !== this) fill(this, this.list, this.well);
    this.well.disabled = sandbox.state !== "ready";
  }

  async #heal() {
    const { client } = this.dataset;
    const reply = await actions.fault({ client, kind: "well" });
    if (!reply) return;
    this.closest("client-card")?.querySelector("summary")?.focus(); // the button goes, the focus stays in the card
    store.set({ faults: reply.faults });
    actions.announce(saidOf(`Client ${client}`, reply.faults[client]));
  }
}

define("client-faults", ClientFaults);
