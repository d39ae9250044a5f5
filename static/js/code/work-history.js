// <work-history>: a dialog of earlier versions and checked attempts; each can be compared with the present one and
// brought back.

import { actions, define, store } from "../core/page.js";
import { entryOf } from "../core/program.js";
import { Cancelled, taskSlot } from "../core/tasks.js";
import { moment } from "../core/words.js";
import { dialogHead, fill, h } from "../dom/h.js";
import { loadDiff } from "./editor_chunk.js";

const KINDS = {
  save: "Saved while you wrote",
  loaded: "Loaded",
  starter: "Reset to the starting code",
  solution: "The solution",
  restore: "Brought back",
  check: "Checked",
  conflict: "The other copy, when there were two",
};

class WorkHistory extends HTMLElement {
  #ends = [];
  #asking = taskSlot();
  #oldest = null;
  #diff = null;

  connectedCallback() {
    const open = () => this.#open();
    this.list = h("ol", { class: "versions" });
    this.place = h("div", { class: "diff", hidden: true });
    this.note = h("p", { class: "note", role: "status" });
    this.older = h("button", { type: "button", class: "small", hidden: true, onclick: () => this.#more() }, "Older");
    this.dialog = h(
      "dialog",
      { class: "history", "aria-labelledby": "history-title", onclose: () => this.#closed() },
      dialogHead("history-title", "Earlier versions", () => this.dialog.close()),
      this.note,
      this.place,
      this.list,
      this.older,
    );
    fill(this, this.dialog);
    document.addEventListener("history-requested", open);
    this.#ends = [() => document.removeEventListener("history-requested", open)];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
    this.#closed();
  }

  async #open() {
    if (this.dialog.open) return;
    fill(this.list);
    this.#oldest = null;
    this.place.hidden = true;
    this.older.hidden = true;
    this.note.textContent = "Asking the server…";
    this.dialog.showModal();
    try {
      await actions.save();
      this.#add(await this.#asking.start(() => actions.history()));
      this.note.textContent = this.#oldest
        ? "Bringing a version back makes a new one: nothing here is lost."
        : "No version is kept yet. Write something: it is saved as you type, and its versions stand here.";
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Add the next page, and go on from its first version: the button may have gone. */
  async #more() {
    const before = this.list.children.length;
    try {
      this.#add(await this.#asking.start(() => actions.history(this.#oldest)));
      this.note.textContent = `${this.list.children.length - before} older versions are shown.`;
      this.list.children[before]?.focus();
    } catch (error) {
      this.#failed(error);
    }
  }

  #add({ versions, older }) {
    this.list.append(...versions.map((entry) => this.#entry(entry)));
    this.#oldest = versions.at(-1)?.version ?? this.#oldest;
    this.older.hidden = !older;
  }

  #entry({ version, kind, saved_at: at, attempt }) {
    const current = version === store.get().version;
    const checked = attempt ? ` · ${attempt.passed} of ${attempt.total} checks passed` : "";
    return h(
      "li",
      { class: current ? "is-current" : "", tabindex: "-1" },
      h(
        "span",
        {},
        h("strong", {}, `Version ${version} `),
        h(
          "span",
          { class: "note" },
          `${KINDS[kind] ?? kind} · ${moment(at)}${checked}${current ? " · in the editor now" : ""} `,
        ),
        !current && h("button", { type: "button", class: "link", onclick: () => this.#compare(version) }, "Compare"),
      ),
      !current &&
        h("button", { type: "button", class: "small", onclick: () => this.#bringBack(version) }, "Bring back"),
    );
  }

  async #compare(version) {
    let files;
    try {
      ({ files } = await this.#asking.start(() => actions.version(version)));
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#clearDiff();
    this.place.hidden = false;
    const name = entryOf(store.get().files);
    const before = { text: files[name] ?? "", name: `version ${version}` };
    const after = { text: store.get().files[name] ?? "", name: "the editor now" };
    try {
      const { showDiff } = await loadDiff();
      this.#clearDiff();
      this.#diff = showDiff(this.place, { before, after });
      this.note.textContent =
        before.text === after.text ? `Version ${version} has the same text as the editor.` : this.#diff.words;
    } catch {
      fill(this.place, h("pre", { tabindex: "0", "aria-label": before.name }, before.text));
      this.note.textContent = `The text of version ${version}.`;
    }
    this.place.scrollIntoView({ block: "nearest" });
  }

  async #bringBack(version) {
    if (await actions.restoreVersion(version)) this.dialog.close();
    else this.note.textContent = "That did not work just now. Your code is unchanged.";
  }

  #failed(error) {
    if (!(error instanceof Cancelled)) this.note.textContent = error.message;
  }

  #clearDiff() {
    this.#diff?.destroy();
    this.#diff = null;
    fill(this.place);
  }

  #closed() {
    this.#asking.cancel();
    this.#clearDiff();
  }
}

define("work-history", WorkHistory);
