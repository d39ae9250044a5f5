// <code-editor>: the server's textarea, which works as it is, becomes CodeMirror as soon as that is loaded.

import { actions, define, store } from "../core/page.js";
import { entryOf, isBinary } from "../core/program.js";
import { saveWords } from "../core/words.js";
import { fill, h } from "../dom/h.js";
import { keyRow } from "../editor/key-row.js";
import { loadEditor } from "./editor_chunk.js";

const ENTRY = "server.py";

class CodeEditor extends HTMLElement {
  #ends = [];
  #editor = null;
  #file = ENTRY;
  #workspace = null;

  connectedCallback() {
    this.#build();
    const asked = (event) => this.#goTo(event.detail);
    const typed = () => actions.edit(this.#file, this.area.value);
    document.addEventListener("line-requested", asked);
    this.area.addEventListener("input", typed);
    this.#ends = [
      () => document.removeEventListener("line-requested", asked),
      () => this.area.removeEventListener("input", typed),
      store.subscribe(
        (state) => state.files,
        () => this.#filesChanged(),
      ),
      store.subscribe(
        (state) => state.workspace,
        () => this.#filesChanged(),
      ),
      store.subscribe(
        (state) => saveWords(state),
        (words) => this.#drawSaveState(words),
      ),
      store.subscribe(
        (state) => state.sandbox?.error ?? null,
        (error) => this.#crashed(error),
      ),
    ];
    // It is large, and a phone starts with the lesson: it is loaded when the code is shown.
    const eye = new IntersectionObserver((seen) => {
      if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
      eye.disconnect();
      this.#upgrade();
    });
    eye.observe(this);
    this.#ends.push(() => eye.disconnect());
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
    if (!this.#editor) return;
    this.#editor.destroy();
    this.#editor = null;
    this.area.hidden = false;
  }

  #build() {
    this.area =
      this.querySelector(`textarea[name="${ENTRY}"]`) ??
      this.querySelector("textarea") ??
      h("textarea", { name: ENTRY, "aria-label": "Program" });
    // Read the selection before the textarea moves: the move loses it.
    const [from, to, focused] = [
      this.area.selectionStart,
      this.area.selectionEnd,
      document.activeElement === this.area,
    ];
    this.tabs = h("div", { class: "file-tabs", role: "tablist", "aria-label": "Files" });
    this.name = h("span", { class: "file-name" });
    this.others = h("span", { class: "note other-files" });
    this.saved = h("span", { class: "save-state" });
    this.help = h("span", { class: "editor-help" }, "Esc then Tab leaves the editor");
    this.body = h("div", { class: "editor-body", id: "editor-body" });
    const keys = keyRow({ editor: () => this.#editor, area: this.area });
    const typedBefore = this.area.value !== this.area.defaultValue;
    fill(
      this,
      h(
        "div",
        { class: "editor-head" },
        this.name,
        this.tabs,
        this.others,
        h("client-files"),
        h("bring-project"),
        this.help,
        this.saved,
      ),
      h("work-notes"),
      this.body,
      keys,
    );
    this.body.append(this.area);
    Object.assign(this.area, { spellcheck: false, hidden: false });
    this.area.setSelectionRange(from, to);
    if (focused) this.area.focus();
    // What somebody wrote before the script was loaded is theirs: what the server sent must not replace it.
    if (typedBefore && store.get().files[ENTRY] !== undefined) actions.edit(ENTRY, this.area.value);
  }

  async #upgrade() {
    try {
      const { createEditor } = await loadEditor();
      if (!this.isConnected || this.#editor) return;
      const { area } = this;
      const focused = document.activeElement === area;
      this.#editor = createEditor(this.body, {
        text: area.value,
        file: this.#file,
        label: `Program, ${this.#file}. Escape, then Tab, leaves the editor.`,
        selection: { from: area.selectionStart, to: area.selectionEnd },
        onEdit: (text) => actions.edit(this.#file, text),
        onFocus: (on) => this.classList.toggle("is-focused", on),
      });
      area.hidden = true;
      this.#crashed(store.get().sandbox?.error ?? null);
      if (focused) this.#editor.focus();
    } catch (error) {
      console.warn("The editor's chunk did not load", error);
      this.body.before(
        h(
          "p",
          { class: "banner" },
          "This is a plain editor: the full one did not load. Everything works; reload the page to try again.",
        ),
      );
    }
  }

  #filesChanged() {
    const { files, workspace } = store.get();
    const fresh = workspace !== this.#workspace;
    this.#workspace = workspace;
    if (!(this.#file in files)) this.#file = entryOf(files);
    this.#drawTabs();
    this.#show(files[this.#file] ?? "", fresh);
  }

  #show(text, fresh) {
    if (this.area.value !== text) this.area.value = text;
    this.#editor?.setText(text, { fresh, name: this.#file });
    if (fresh) this.#crashed(store.get().sandbox?.error ?? null);
  }

  #drawTabs() {
    const { files } = store.get();
    const entry = entryOf(files);
    const all = Object.keys(files).sort((one, other) => Number(other === entry) - Number(one === entry));
    const names = all.filter((name) => !isBinary(name));
    const others = all.filter(isBinary);
    this.others.hidden = others.length === 0;
    this.others.textContent = `+ ${others.length} not text`;
    this.others.title = others.join(", ");
    this.tabs.hidden = names.length < 2;
    this.name.hidden = names.length > 1;
    this.name.textContent = names[0] ?? entry;
    const shown = [...this.tabs.children].map((tab) => tab.textContent);
    if (JSON.stringify(shown) !== JSON.stringify(names)) {
      fill(
        this.tabs,
        names.map((name) =>
          h(
            "button",
            {
              type: "button",
              role: "tab",
              "aria-controls": "editor-body",
              onclick: () => this.#choose(name),
              onkeydown: (event) => this.#walk(event),
            },
            name,
          ),
        ),
      );
    }
    for (const tab of this.tabs.children) {
      const chosen = tab.textContent === this.#file;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
  }

  #choose(name) {
    this.#file = name;
    this.#drawTabs();
    this.#show(store.get().files[name] ?? "", true);
    this.tabs.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...this.tabs.children];
    const next = tabs[(tabs.indexOf(event.currentTarget) + step + tabs.length) % tabs.length];
    this.#choose(next.textContent);
    next.focus();
  }

  #drawSaveState(words) {
    this.saved.textContent = words;
    const { saveState, saveMessage } = store.get();
    // The second between a keystroke and its saving is not worth announcing.
    this.saved.className = `save-state is-${saveState === "local" && !saveMessage ? "saving" : saveState}`;
    this.saved.title = words;
  }

  #crashed(error) {
    const { files, sandbox, workspace } = store.get();
    const here =
      this.#file === (error?.file ?? entryOf(files)) && (!sandbox?.exercise || sandbox.exercise === workspace);
    this.#editor?.setCrash(here && error?.line ? error : null);
  }

  #goTo({ line, file = entryOf(store.get().files) }) {
    if (this.#file !== file && file in store.get().files) this.#choose(file);
    if (!Number.isInteger(line)) return;
    if (this.#editor) {
      this.#editor.goTo(line);
    } else {
      const start =
        this.area.value
          .split("\n")
          .slice(0, line - 1)
          .join("\n").length + (line > 1 ? 1 : 0);
      this.area.focus();
      this.area.setSelectionRange(start, start);
    }
  }
}

define("code-editor", CodeEditor);
