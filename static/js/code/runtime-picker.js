// <runtime-picker>: what the program runs under: a choice if the workspace offers one, else the fixed one in words.

import { actions, define, store } from "../core/page.js";
import { fill, h } from "../dom/h.js";

class RuntimePicker extends HTMLElement {
  #ends = [];

  connectedCallback() {
    this.#ends = [
      store.subscribe(
        (state) => open(state)?.runtimes,
        (offered) => this.#draw(offered ?? []),
      ),
      store.subscribe(
        (state) => open(state)?.runtime,
        (runtime) => {
          if (this.select) this.select.value = runtime;
        },
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #draw(offered) {
    this.select = null;
    this.hidden = offered.length < 2 && (offered[0]?.id ?? "threading") === "threading";
    if (this.hidden) return;
    if (offered.length < 2) {
      fill(this, h("span", { class: "note" }, `under ${offered[0].name}`));
      return;
    }
    this.select = h(
      "select",
      { id: "runtime", onchange: () => this.#choose() },
      offered.map(({ id, name }) => h("option", { value: id }, name)),
    );
    fill(this, h("label", { for: "runtime", class: "label" }, "Runs under"), this.select);
    this.select.value = open(store.get()).runtime;
  }

  #choose() {
    actions.chooseRuntime(this.select.value);
    actions.announce("Press Run: from the next start on your program runs under it.");
  }
}

function open({ page, workspace }) {
  return page.workspaces[workspace];
}

define("runtime-picker", RuntimePicker);
