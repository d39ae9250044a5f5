// <client-network data-client="A">: faults on this client's real connection, set at the gateway.

import { actions, define, store } from "../core/page.js";
import { fill, h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";
import { saidOf } from "./fault_words.js";

const DELAY_MS = 2_000;
const STEP_MS = 50;
const OFFLINE_SECONDS = [3, 10, 30, 60];
const HEALTHY = { delay: 0, drop: "", frozen: false, polling: false, offline: 0 };

class ClientNetwork extends HTMLElement {
  #ends = [];

  connectedCallback() {
    if (!this.delay) this.#build();
    this.#ends = [
      store.subscribe(
        (state) => state.faults[this.dataset.client],
        () => this.#draw(),
      ),
      store.subscribe(
        (state) => state.sandbox?.state,
        () => this.#draw(),
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #build() {
    moreStyles();
    const id = (name) => `client-${this.dataset.client}-${name}`;
    this.delay = h("input", {
      id: id("delay"),
      type: "range",
      min: "0",
      max: String(DELAY_MS),
      step: String(STEP_MS),
      value: "0",
      oninput: (event) => this.#drag(event),
      onchange: () => this.#set("delay", { amount: Number(this.delay.value) }),
    });
    this.amount = h("output", { for: id("delay") });
    this.freeze = this.#toggle("frozen", "Freeze", () => this.#set("freeze", { amount: Number(!this.#now.frozen) }));
    this.polling = this.#toggle("no-websocket", "Polling only", () =>
      this.#set("polling", { amount: Number(!this.#now.polling) }),
    );
    this.sent = this.#toggle("cut", "it sends", () => this.#drop("sent"));
    this.received = this.#toggle("cut", "it receives", () => this.#drop("received"));
    this.seconds = h(
      "select",
      { id: id("offline"), class: "small" },
      OFFLINE_SECONDS.map((each) => h("option", { value: each, selected: each === 10 }, `${each} s`)),
    );
    this.offline = this.#toggle("offline", "No network", () =>
      this.#set("offline", { amount: this.#now.offline > 0 ? 0 : Number(this.seconds.value) }),
    );
    this.well = h("button", { type: "button", class: "small", onclick: () => this.#set("well") }, "All well again");
    this.note = h("p", { class: "note" });
    this.group = h(
      "fieldset",
      { class: "network" },
      h("legend", {}, "Network"),
      h("div", { class: "network-row" }, h("label", { for: id("delay") }, "Delay"), this.delay, this.amount),
      h("div", { class: "network-row" }, this.freeze, this.polling),
      h(
        "div",
        { class: "network-row", role: "group", "aria-label": "Cut the connection at the next event" },
        h("span", {}, "Cut at next event"),
        this.sent,
        this.received,
      ),
      h("div", { class: "network-row" }, this.offline, h("label", { for: id("offline") }, "for"), this.seconds),
      this.well,
    );
    fill(this, this.group, this.note);
    // What is set here takes effect at once; the card's own settings, and its preview, are independent of it.
    this.addEventListener("input", (event) => event.stopPropagation());
  }

  get #now() {
    return store.get().faults[this.dataset.client] ?? HEALTHY;
  }

  #toggle(icon, label, onclick) {
    return h(
      "button",
      { type: "button", class: "small", "aria-pressed": "false", onclick },
      h("span", { class: `i i-${icon}`, "aria-hidden": "true" }),
      label,
    );
  }

  #drag(event) {
    event.stopPropagation();
    this.#drawAmount();
  }

  #drop(direction) {
    return this.#set("drop", { direction: this.#now.drop === direction ? "" : direction });
  }

  async #set(kind, more = {}) {
    const { client } = this.dataset;
    const reply = await actions.fault({ client, kind, ...more });
    if (reply) {
      store.set({ faults: reply.faults });
      actions.announce(saidOf(`Client ${client}`, reply.faults[client]));
    }
    this.#draw();
  }

  #draw() {
    const now = this.#now;
    const running = store.get().sandbox?.state === "ready";
    this.group.disabled = !running;
    this.note.textContent = running
      ? "What you set here happens to this client’s real connection, at once. Everybody else’s goes on."
      : "Run the server first: then its connections can be disturbed.";
    if (!this.delay.matches(":active")) this.delay.value = String(now.delay);
    this.#drawAmount();
    press(this.freeze, now.frozen);
    press(this.polling, now.polling);
    press(this.sent, now.drop === "sent");
    press(this.received, now.drop === "received");
    press(this.offline, now.offline > 0);
    this.well.disabled = now === HEALTHY;
  }

  #drawAmount() {
    this.amount.textContent = `${this.delay.value} ms`;
    this.delay.setAttribute("aria-valuetext", `${this.delay.value} ms each way`);
  }
}

function press(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

define("client-network", ClientNetwork);
