// <workspace-picker>: which program the editor holds: one of the lesson's exercises, or the free space for examples.

import { actions, define, store } from "../core/page.js";
import { SCRATCH } from "../core/state.js";
import { fill, h } from "../dom/h.js";

class WorkspacePicker extends HTMLElement {
  #ends = [];

  connectedCallback() {
    const select = h("select", { id: "workspace", onchange: () => actions.openWorkspace(select.value) });
    fill(this, h("label", { for: "workspace" }, h("span", { class: "label visually-hidden" }, "Program")), select);
    this.#ends = [
      store.subscribe(
        (state) => state.page.workspaces,
        (workspaces) => this.#drawOptions(select, workspaces),
      ),
      store.subscribe(
        (state) => state.workspace,
        (name) => {
          select.value = name;
        },
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #drawOptions(select, workspaces) {
    const wanted = Object.entries(workspaces ?? {});
    this.hidden = wanted.length < 2;
    const words = wanted.map(([name, work]) => [name, describe(name, work)]);
    const shown = [...select.options].map((option) => [option.value, option.textContent]);
    if (JSON.stringify(words) === JSON.stringify(shown)) return;
    fill(
      select,
      words.map(([value, text]) => h("option", { value }, text)),
    );
    select.value = store.get().workspace;
  }
}

function describe(name, work) {
  if (name === SCRATCH) return work.title || "Free space";
  return work.done ? `${work.title} ✓` : work.title;
}

define("workspace-picker", WorkspacePicker);
