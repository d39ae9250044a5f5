// Gives each client card the choice between the program's own client code and use by hand, while a program with client
// code runs.

import { store } from "../core/page.js";
import { below } from "../core/sandbox_address.js";
import { h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";
import { CodeLink } from "./code_link.js";

const STARTING = "duplex:client-code-starting";

/** Take care of the page's cards, including those that come later. */
export function tendClientCode() {
  document.addEventListener("client-changed", ({ target }) => offer(target));
  store.subscribe(
    (state) => `${state.sandbox?.id} ${state.sandbox?.client}`,
    () => document.querySelectorAll("client-card").forEach(offer),
  );
  startAfterReload();
}

/**
 * For a page that is loaded while its program runs: the cards have waited for this script.
 *
 * In some browsers the frame shares the page's thread, and an endless loop in client.js blocks both: code that never
 * came to its end is then not started again automatically, since otherwise no reload would help.
 */
function startAfterReload() {
  const { sandbox } = store.get();
  if (!sandbox?.client || sandbox.state !== "ready") return;
  if (sessionStorage.getItem(STARTING)) {
    for (const card of document.querySelectorAll("client-card")) {
      card.received.add({
        kind: "note",
        text: "The client code did not come to its end last time, so it waits for Connect.",
      });
    }
    sessionStorage.removeItem(STARTING);
  } else if (document.querySelector("client-list")?.automatic.checked) {
    document.dispatchEvent(new CustomEvent("clients-requested"));
  }
}

function offer(card) {
  const has = store.get().sandbox?.client ?? false;
  if (has && card.link) card.choice ??= new Choice(card);
  card.choice?.show(has);
}

/** The two links of one card, and the row that says which one is in use. */
class Choice {
  constructor(card) {
    moreStyles();
    this.card = card;
    this.place = h("div", { class: "client-page" });
    this.byHand = card.link;
    const { tell, heard } = this.byHand;
    this.byCode = new CodeLink(card.dataset.client, {
      place: this.place,
      onState: tell,
      onHeard: (row) => heard(row.kind === "console" && row.line ? { ...row, link: placeLink(row) } : row),
      onStart: () => sessionStorage.setItem(STARTING, "yes"),
      onLoad: () => sessionStorage.removeItem(STARTING),
    });
    this.box = h("input", { type: "checkbox", checked: true, onchange: () => this.#chosen() });
    this.alone = h("a", { target: "_blank", rel: "noopener" }, "open alone");
    this.row = h(
      "div",
      { class: "client-code" },
      h("label", { class: "switch" }, this.box, h("span", {}, "runs client code")),
      this.alone,
    );
    card.querySelector(".client-head").after(this.row, this.place);
  }

  /** Offer the choice while the running program has client code; without any, there is only use by hand. */
  show(has) {
    this.row.hidden = !has;
    this.place.hidden = !has;
    const { sandbox } = store.get();
    if (has) this.alone.href = below(sandbox, `~${this.card.dataset.client}/`);
    this.#use(has && this.box.checked ? this.byCode : this.byHand);
  }

  #chosen() {
    const { active } = this.card.link;
    this.show(true);
    if (active) this.card.connect();
  }

  #use(link) {
    const before = this.card.link;
    if (before === link) return;
    this.card.link = link; // first: what the other one reports as it ends is drawn with this one
    before.disconnect();
  }
}

/** @param {SourcePlace} place */
function placeLink({ file, line }) {
  const ask = ({ currentTarget }) =>
    currentTarget.dispatchEvent(new CustomEvent("line-requested", { detail: { file, line }, bubbles: true }));
  return h("button", { type: "button", class: "line-link", onclick: ask }, `${file}, line ${line}`);
}
