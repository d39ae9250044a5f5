// <server-faults>: kill the server's process, or start the same program again at the same address.

import { actions, define, store } from "../core/page.js";
import { fill, h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";

class ServerFaults extends HTMLElement {
  #ends = [];

  connectedCallback() {
    if (!this.menu) this.#build();
    this.#ends = [
      store.subscribe(
        (state) => state.sandbox,
        () => this.#draw(),
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #build() {
    moreStyles();
    this.again = h(
      "button",
      { type: "button", class: "primary", onclick: () => this.#restart() },
      icon("reset"),
      "Restart",
    );
    this.kill = h(
      "button",
      { type: "button", class: "quiet", onclick: () => this.#do("kill") },
      icon("cut"),
      "Kill the server",
    );
    this.restart = h(
      "button",
      { type: "button", class: "quiet", onclick: () => this.#restart() },
      icon("reset"),
      "Restart the server",
    );
    this.menu = h(
      "details",
      { class: "menu" },
      h(
        "summary",
        {
          class: "button quiet icon-only",
          "aria-label": "Kill or restart the server",
          title: "Kill or restart the server",
        },
        icon("bolt"),
      ),
      h(
        "div",
        { class: "menu-body" },
        this.kill,
        h("p", { class: "note" }, "Its process ends at once (SIGKILL): no handler runs, nobody is told."),
        this.restart,
        h(
          "p",
          { class: "note" },
          "The same program with nothing in its memory, at the same address: its clients come back by themselves.",
        ),
      ),
    );
    fill(this, this.again, this.menu);
  }

  #do(kind) {
    this.menu.open = false;
    this.menu.querySelector("summary").focus();
    return actions.fault({ kind });
  }

  async #restart() {
    this.again.disabled = true;
    await this.#do("restart");
    this.again.disabled = false;
  }

  #draw() {
    const { sandbox } = store.get();
    const killed = sandbox?.code === "killed_by_learner";
    this.again.hidden = !killed;
    this.menu.hidden = killed;
    this.kill.disabled = sandbox?.state !== "ready";
    this.restart.disabled = this.kill.disabled;
  }
}

function icon(name) {
  return h("span", { class: `i i-${name}`, "aria-hidden": "true" });
}

define("server-faults", ServerFaults);
