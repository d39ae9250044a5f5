// <client-list>: clients A, B and C, more on request, and the address under which others join.

import { keep } from "../core/kept.js";
import { define, store } from "../core/page.js";
import { fill, h } from "../dom/h.js";
import "./client-card.js";

const FIRST = ["A", "B", "C"];
const LETTERS = "ABCDEFGH";
const AUTOMATIC = "connect-after-run";

class ClientList extends HTMLElement {
  #ends = [];

  connectedCallback() {
    if (this.cards) return; // the tabs were moved around it
    this.cards = h("div", { class: "client-cards" });
    this.add = h(
      "button",
      { type: "button", class: "small add-client", onclick: () => this.#add() },
      h("span", { class: "i i-plus", "aria-hidden": "true" }),
      "Add a client",
    );
    this.automatic = h("input", {
      type: "checkbox",
      checked: !remembersNo(),
      onchange: () => keep(AUTOMATIC, this.automatic.checked ? null : "no"),
    });
    this.allButton = h("button", { type: "button", class: "small", onclick: () => this.#connectAll() }, "Connect all");
    this.note = h("p", { class: "note", role: "status" });
    fill(
      this,
      this.cards,
      h(
        "div",
        { class: "client-foot" },
        this.add,
        this.allButton,
        h("label", { class: "switch" }, this.automatic, h("span", {}, "connect after Run")),
        h("share-address"),
        this.note,
      ),
    );
    for (const letter of FIRST) this.cards.append(h("client-card", { dataset: { client: letter } }));
    this.addEventListener("client-changed", () => this.#warnOfPolling());
    this.addEventListener("client-unwanted", ({ target }) => this.#remove(target.closest("client-card")));
    const connect = () => this.#connectAll();
    document.addEventListener("clients-requested", connect);
    this.#ends = [
      () => document.removeEventListener("clients-requested", connect),
      store.subscribe(
        (state) => state.sandbox,
        (now, before) => this.#sandboxChanged(now, before),
      ),
    ];
  }

  disconnectedCallback() {
    queueMicrotask(() => !this.isConnected && this.#ends.splice(0).forEach((end) => end()));
  }

  #sandboxChanged(now, before) {
    const ready = now?.state === "ready";
    this.allButton.disabled = !ready;
    const news = ready && (before === undefined || before?.state !== "ready" || before?.id !== now.id);
    if (news && this.automatic.checked) queueMicrotask(() => this.#connectAll());
  }

  #connectAll() {
    for (const card of this.cards.children) card.connect();
  }

  #add() {
    const taken = new Set([...this.cards.children].map((card) => card.dataset.client));
    const letter = [...LETTERS].find((each) => !taken.has(each));
    const card = h("client-card", { dataset: { client: letter } });
    const after = [...this.cards.children].find((other) => other.dataset.client > letter) ?? null;
    this.cards.insertBefore(card, after);
    card.connect();
    card.querySelector("input.event").focus();
    this.#offerMore();
  }

  #remove(card) {
    card.remove();
    this.#offerMore();
    this.#warnOfPolling();
    this.add.focus();
  }

  #offerMore() {
    this.add.disabled = this.cards.children.length === LETTERS.length;
    this.add.title = this.add.disabled ? "A server here takes at most eight clients" : "";
  }

  #warnOfPolling() {
    const polling = [...this.cards.children].filter(
      (card) => card.chosen?.transport === "polling" && card.link?.active,
    );
    this.note.textContent =
      polling.length > 2
        ? "A browser opens six requests at a time: keep at most two clients on long-polling, or they wait for each other."
        : "";
  }
}

function remembersNo() {
  try {
    return localStorage.getItem(`duplex:${AUTOMATIC}`) === "no";
  } catch {
    return false;
  }
}

define("client-list", ClientList);
