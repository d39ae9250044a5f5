// <work-history>: a dialog of earlier versions and checked attempts; each can be compared with the present one and
// brought back.

import { actions, define, store } from "../core/page.js";
import { entryOf } from "../core/program.js";
import { taskSlot } from "../core/tasks.js";
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
};

class WorkHistory extends HTMLElement {
  #ends = [];
  #asking = taskSlot();
  #diff = null;

  connectedCallback() {
    const open = () => this.#open();
    this.list = h("ol", { class: "versions" });
    this.place = h("div", { class: "diff", hidden: true });
    this.note = h("p", { class: "note", role: "status" });
    this.dialog = h(
      "dialog",
      { class: "history", "aria-labelledby": "history-title", onclose: () => this.#closed() },
      dialogHead("history-title", "Earlier versions", () => this.dialog.close()),
      this.note,
      this.place,
      this.list,
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
    this.place.hidden = true;
    this.note.textContent = "Asking the server…";
    this.dialog.showModal();
    try {
      await actions.save();
      this.#draw(await this.#asking.start(() => actions.history()));
    } catch (error) {
      this.note.textContent = error.message;
    }
  }

  #draw({ versions, attempts }) {
    this.note.textContent =
      versions.length > 0
        ? "Bringing a version back makes a new one: nothing here is lost."
        : "No version is kept yet. Write something: it is saved as you type, and its versions stand here.";
    const attemptOf = new Map([...attempts].reverse().map((attempt) => [attempt.version, attempt]));
    fill(
      this.list,
      versions.map((entry) => this.#entry(entry, attemptOf.get(entry.version))),
    );
  }

  #entry(entry, attempt) {
    const { version, kind, saved_at: at, files } = entry;
    const current = version === store.get().version;
    const checked = attempt ? ` · ${attempt.passed} of ${attempt.total} checks passed` : "";
    return h(
      "li",
      { class: current ? "is-current" : "" },
      h(
        "span",
        {},
        h("strong", {}, `Version ${version} `),
        h(
          "span",
          { class: "note" },
          `${KINDS[kind] ?? kind} · ${moment(at)}${checked}${current ? " · in the editor now" : ""} `,
        ),
        files &&
          !current &&
          h("button", { type: "button", class: "link", onclick: () => this.#compare(version, files) }, "Compare"),
      ),
      !current &&
        h("button", { type: "button", class: "small", onclick: () => this.#bringBack(version) }, "Bring back"),
    );
  }

  async #compare(version, files) {
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
