// <server-log>: what the learner's program prints; lines of a traceback lead into the editor.

import { fill, h } from "../core/dom.js";
import { actions, store } from "../core/page.js";
import { followEnd } from "../follow.js";

const PLACE = /(File "server\.py", line )(\d+)/;
const NAMES = { stdout: "stdout", stderr: "stderr", notice: "note" };

class ServerLog extends HTMLElement {
  #ends = [];
  #drawn = 0;
  #first = null;

  connectedCallback() {
    this.tools = h("div", { class: "panel-tools" }, h("span", { class: "acts" },
      h("button", { type: "button", class: "small quiet", onclick: () => actions.clearOutput() }, "Clear"),
      h("button", { type: "button", class: "small quiet", onclick: () => this.#copy() }, "Copy")));
    this.crash = h("div", { class: "crash", hidden: true });
    this.list = h("div", { class: "log", role: "log", "aria-live": "off", "aria-label": "Server log", tabindex: "0" });
    this.empty = h("div", { class: "empty" }, h("p", {}, "Nothing printed yet. What your program prints, and every error it raises, appears here."));
    fill(this, this.tools, this.crash, this.list, this.empty);
    this.#drawn = 0;
    this.#first = null;
    this.follow = followEnd(this.list);
    this.#ends = [
      () => this.follow.stop(),
      store.subscribe((state) => state.output, () => this.#draw()),
      store.subscribe((state) => state.sandbox, (sandbox) => this.#drawCrash(sandbox)),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  /** Append what is new; start anew when the beginning has gone (a new run, Clear, or the cap). */
  #draw() {
    const { output } = store.get();
    if (output[0] !== this.#first || output.length < this.#drawn) {
      this.list.replaceChildren();
      this.#drawn = 0;
    }
    this.#first = output[0] ?? null;
    this.list.append(...output.slice(this.#drawn).flatMap(drawPiece));
    this.#drawn = output.length;
    this.list.hidden = this.tools.hidden = output.length === 0;
    this.empty.hidden = output.length > 0 || !this.crash.hidden;
    this.follow.grown();
  }

  #drawCrash(sandbox) {
    const ended = sandbox?.state === "crashed" || sandbox?.state === "limited";
    this.crash.hidden = !ended;
    if (ended) {
      fill(this.crash, h("strong", {}, sandbox.reason || "Your program ended."),
        sandbox.error?.line ? lineLink(sandbox.error.line, `Go to line ${sandbox.error.line}`) : null,
        tellsMore(sandbox) ? h("p", {}, sandbox.error.text) : null);
    }
    this.empty.hidden = store.get().output.length > 0 || ended;
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(store.get().output.map((piece) => piece.text).join(""));
      actions.announce("The log is in your clipboard.");
    } catch {
      actions.announce("Copying is not allowed here.", "alert");
    }
  }
}

/** The reason usually quotes the error already. */
function tellsMore({ error, reason }) {
  return Boolean(error?.text) && !reason?.includes(error.message || error.text);
}

function drawPiece({ stream, text }) {
  return text.replace(/\n$/, "").split("\n").map((line) => {
    const place = PLACE.exec(line);
    if (!place) return h("div", { class: `log-line is-${NAMES[stream]}` }, line || "\u00a0");
    const [before, after] = [line.slice(0, place.index + place[1].length - 5), line.slice(place.index + place[0].length)];
    return h("div", { class: `log-line is-${NAMES[stream]}` }, before, lineLink(Number(place[2]), `line ${place[2]}`), after);
  });
}

function lineLink(line, text) {
  return h("button", { type: "button", class: "line-link", onclick: (event) =>
    event.currentTarget.dispatchEvent(new CustomEvent("line-requested", { detail: { line }, bubbles: true })) }, text);
}

customElements.define("server-log", ServerLog);
