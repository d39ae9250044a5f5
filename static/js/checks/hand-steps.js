// <hand-steps>: the steps of a check, to repeat by hand in the panes. Each step fills in its pane's fields; the learner
// presses the button there.

import { actions, define, store } from "../core/page.js";
import { sayStep, stepsOf } from "../diagram/steps.js";
import { fill, h } from "../dom/h.js";

class HandSteps extends HTMLElement {
  #end = () => {};

  connectedCallback() {
    this.#end = store.subscribe(
      (state) => state.sandbox?.state,
      () => this.#draw(),
    );
  }

  disconnectedCallback() {
    this.#end();
  }

  /** Take the steps of a trace; the first one is filled into its pane at once. */
  load(rows, title) {
    const { panes, steps } = stepsOf(rows);
    Object.assign(this, { panes, steps, name: title, at: -1 });
    this.#next();
  }

  #next() {
    this.at += 1;
    const step = this.steps[this.at];
    if (step) fillPane(step);
    this.#draw();
  }

  #draw() {
    if (!this.steps) return;
    const { steps, at, name } = this;
    const running = store.get().sandbox?.state === "ready";
    const step = steps[at];
    const held = this.contains(document.activeElement) ? document.activeElement.className : null;
    const players = [...this.panes]
      .map(([client, pane]) => (client === pane ? null : `${pane} plays ${client}`))
      .filter(Boolean);
    fill(
      this,
      h(
        "section",
        { class: "hand-steps", "aria-label": "Steps of the check" },
        h(
          "div",
          { class: "hand-head" },
          h("strong", {}, `By hand: ${name}`),
          h(
            "button",
            {
              type: "button",
              class: "small quiet icon-only",
              "aria-label": "Close the steps",
              onclick: () => this.#close(),
            },
            h("span", { class: "i i-cross", "aria-hidden": "true" }),
          ),
        ),
        players.length > 0 ? h("p", { class: "note" }, `${players.join(", ")}.`) : null,
        h(
          "ol",
          { tabindex: "0", "aria-label": "Steps" },
          steps.map((each, i) =>
            h(
              "li",
              { class: i === at ? "is-now" : i < at ? "is-done" : "", "aria-current": i === at ? "step" : null },
              h("span", { class: `ava ava-${each.pane.toLowerCase()} small`, "aria-hidden": "true" }, each.pane),
              h("span", {}, h("span", { class: "visually-hidden" }, `${each.pane}: `), sayStep(each)),
            ),
          ),
        ),
        h(
          "div",
          { class: "hand-foot" },
          h(
            "p",
            { class: "note", role: "status" },
            !running
              ? "Run your server first."
              : step
                ? pressed(step)
                : "That was all. Look at the diagram: what came back?",
          ),
          running ? null : h("button", { type: "button", class: "small", onclick: () => actions.run() }, "Run"),
          step
            ? h(
                "button",
                { type: "button", class: "small", onclick: () => this.#next() },
                at + 1 < steps.length ? "Next step" : "Done",
              )
            : null,
        ),
      ),
    );
    this.querySelector(".is-now")?.scrollIntoView({ block: "nearest" });
    if (held !== null) this.#focusAgain(held);
  }

  /** Drawing again removes the button that was pressed: the focus moves to the one in its place. */
  #focusAgain(held) {
    const buttons = [...this.querySelectorAll("button")].reverse();
    (buttons.find((button) => button.className === held) ?? buttons[0]).focus();
  }

  #close() {
    this.remove();
    askForClients();
  }
}

function pressed({ act, pane }) {
  return {
    connect: `Press Connect at client ${pane}, unless it is connected.`,
    emit: `It stands in client ${pane}: press Emit there.`,
    leave: `Press Disconnect at client ${pane}.`,
  }[act];
}

/** Put a step into the fields of its pane; nothing is sent. */
function fillPane({ pane, act, event, args, ack, namespace, auth }) {
  const card = document.querySelector(`client-card[data-client="${pane}"]`);
  if (!card) return;
  if (act === "connect") {
    card.menu.namespace.value = namespace;
    card.menu.auth.value = auth === undefined ? "" : JSON.stringify(auth);
  } else if (act === "emit") {
    card.event.value = event;
    card.payload.value = args.map((value) => JSON.stringify(value)).join(", ");
    card.ack.checked = ack;
    card.payload.dispatchEvent(new Event("input", { bubbles: true }));
  }
  card.scrollIntoView({ block: "nearest" });
}

/** Show the steps of `rows` above the clients, in place of any that stood there. */
export function tryByHand(rows, title) {
  const list = document.querySelector("client-list");
  list.querySelector("hand-steps")?.remove();
  const steps = h("hand-steps", {});
  list.prepend(steps);
  steps.load(rows, title);
  askForClients();
  list.scrollTop = 0;
}

function askForClients() {
  document.dispatchEvent(new CustomEvent("region-requested", { detail: { region: "clients" } }));
}

define("hand-steps", HandSteps);
