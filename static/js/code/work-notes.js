// <work-notes>: notes above the editor that need a decision about the program: two versions, an undo, a failed run.

import { actions, define, store } from "../core/page.js";
import { otherProgram } from "../core/state.js";
import { endOf } from "../core/words.js";
import { fill, h } from "../dom/h.js";

class WorkNotes extends HTMLElement {
  #ends = [];
  #dismissed = null;

  connectedCallback() {
    const draw = () => this.#draw();
    this.#ends = [
      store.subscribe((state) => state.conflict, draw),
      store.subscribe((state) => state.saveRefusal, draw),
      store.subscribe((state) => state.undo, draw),
      store.subscribe((state) => state.runError, draw),
      store.subscribe((state) => state.sandbox, draw),
      store.subscribe((state) => state.workspace, draw),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #draw() {
    fill(this, conflictNote(), refusalNote(), this.#runNote(), undoNote());
    this.hidden = this.children.length === 0;
  }

  #runNote() {
    const { runError, sandbox } = store.get();
    if (runError)
      return note(
        "is-err",
        runError.message,
        act("Run again", () => actions.run()),
      );
    const end = otherProgram(store.get()) ? "" : endOf(sandbox);
    if (!end || this.#dismissed === sandbox.id) return null;
    const { line, file } = sandbox.error ?? {};
    return note(
      sandbox.state === "stopped" ? "is-warn" : "is-err",
      end,
      line &&
        act(`Go to line ${line}`, (event) =>
          event.currentTarget.dispatchEvent(
            new CustomEvent("line-requested", { detail: { line, file: file ?? undefined }, bubbles: true }),
          ),
        ),
      act("Run again", () => actions.run()),
      act(
        "Dismiss",
        () => {
          this.#dismissed = sandbox.id;
          this.#draw();
        },
        "quiet",
      ),
    );
  }
}

function conflictNote() {
  const { conflict } = store.get();
  if (!conflict) return null;
  return note(
    "is-warn",
    "This program was also changed in another tab or on another device. Which one do you want to go on with? The other one stays among the earlier versions.",
    act("This one", () => actions.resolveConflict("mine")),
    act("The other one", () => actions.resolveConflict("theirs")),
  );
}

function refusalNote() {
  const { saveRefusal } = store.get();
  return saveRefusal ? note("is-warn", saveRefusal, h("a", { href: "/me/" }, "Your data")) : null;
}

function undoNote() {
  const { undo } = store.get();
  if (!undo) return null;
  return note(
    "is-accent",
    undo.label,
    act("Undo", () => actions.undo()),
    act("Dismiss", () => actions.dismissUndo(), "quiet"),
  );
}

function note(kind, text, ...buttons) {
  return h(
    "div",
    { class: `work-note ${kind} ${kind === "is-err" ? "crash" : "banner"}` },
    h("span", {}, text),
    " ",
    buttons,
  );
}

function act(label, onclick, kind = "") {
  return h("button", { type: "button", class: `small ${kind}`.trim(), onclick }, label);
}

define("work-notes", WorkNotes);
