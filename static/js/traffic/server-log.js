// <server-log>: what the learner's program prints; lines of a traceback lead into the editor.

import { actions, define, store } from "../core/page.js";
import { entryOf } from "../core/program.js";
import { followEnd } from "../dom/follow.js";
import { fill, h } from "../dom/h.js";
import { onceAFrame } from "../dom/turns.js";

const PLACE = /(File "([^"]+\.py)", line )(\d+)/;
const NAMES = { stdout: "stdout", stderr: "stderr", notice: "note" };
const TERMINAL_COLOURS = /\u001b\[[\d;]*m/g;

class ServerLog extends HTMLElement {
  #ends = [];
  #nodes = new Map();
  #unfinished = null;
  #plan = onceAFrame(() => this.isConnected && this.#draw());

  connectedCallback() {
    this.tools = h(
      "div",
      { class: "panel-tools" },
      h(
        "span",
        { class: "acts" },
        h("button", { type: "button", class: "small quiet", onclick: () => actions.clearOutput() }, "Clear"),
        h("button", { type: "button", class: "small quiet", onclick: () => this.#copy() }, "Copy"),
      ),
    );
    this.crash = h("div", { class: "crash", hidden: true });
    this.list = h("div", { class: "log", role: "log", "aria-live": "off", "aria-label": "Server log", tabindex: "0" });
    this.empty = h(
      "div",
      { class: "empty" },
      h("p", {}, "Nothing printed yet. What your program prints, and every error it raises, appears here."),
    );
    fill(this, this.tools, this.crash, this.list, this.empty);
    this.#nodes.clear();
    this.follow = followEnd(this.list);
    this.#ends = [
      () => this.follow.stop(),
      store.subscribe(
        (state) => state.output,
        () => this.#plan(),
      ),
      store.subscribe(
        (state) => state.sandbox,
        (sandbox) => this.#drawCrash(sandbox),
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  /** Append what is new, and remove what the store has dropped (a new run, Clear, the cap). */
  #draw() {
    const { output } = store.get();
    const kept = new Set(output);
    for (const [piece, nodes] of this.#nodes) {
      if (kept.has(piece)) continue;
      nodes.forEach((node) => node.remove());
      this.#nodes.delete(piece);
    }
    for (const piece of output) if (!this.#nodes.has(piece)) this.#append(piece);
    this.list.hidden = output.length === 0;
    this.tools.hidden = this.list.hidden;
    this.empty.hidden = output.length > 0 || !this.crash.hidden;
    this.follow.grown();
  }

  /** A piece of output may end, and the next one begin, in the middle of a line. */
  #append(piece) {
    const last = this.#unfinished;
    const goesOn = last?.stream === piece.stream && last.node === this.list.lastElementChild;
    const lines = `${goesOn ? last.text : ""}${piece.text}`.split("\n");
    const ended = lines.at(-1) === "" && lines.length > 1;
    if (ended) lines.pop();
    if (goesOn) last.node.remove();
    const nodes = lines.map((line) => drawLine(piece.stream, line));
    this.list.append(...nodes);
    this.#nodes.set(piece, nodes);
    this.#unfinished = ended ? null : { stream: piece.stream, text: lines.at(-1), node: nodes.at(-1) };
  }

  #drawCrash(sandbox) {
    const ended = sandbox?.state === "crashed" || sandbox?.state === "limited";
    this.crash.hidden = !ended;
    if (ended) {
      fill(
        this.crash,
        h("strong", {}, sandbox.reason || "Your program ended."),
        crashLink(sandbox.error),
        tellsMore(sandbox) ? h("p", {}, sandbox.error.text) : null,
      );
    }
    this.empty.hidden = store.get().output.length > 0 || ended;
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(
        store
          .get()
          .output.map((piece) => piece.text)
          .join(""),
      );
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

function drawLine(stream, text) {
  const line = text.replace(TERMINAL_COLOURS, "");
  const place = PLACE.exec(line);
  if (!place || !(place[2] in store.get().files))
    return h("div", { class: `log-line is-${NAMES[stream]}` }, line || "\u00a0");
  const [before, after] = [line.slice(0, place.index + place[1].length - 5), line.slice(place.index + place[0].length)];
  return h(
    "div",
    { class: `log-line is-${NAMES[stream]}` },
    before,
    lineLink(place[2], Number(place[3]), `line ${place[3]}`),
    after,
  );
}

/** The place of the learner's own program that ended it, where it is known and in the editor. */
function crashLink(error) {
  const { files } = store.get();
  const file = error?.file || entryOf(files);
  if (!error?.line || !(file in files)) return null;
  return lineLink(file, error.line, `Go to line ${error.line}${file === entryOf(files) ? "" : ` of ${file}`}`);
}

function lineLink(file, line, text) {
  return h(
    "button",
    {
      type: "button",
      class: "line-link",
      onclick: (event) =>
        event.currentTarget.dispatchEvent(new CustomEvent("line-requested", { detail: { file, line }, bubbles: true })),
    },
    text,
  );
}

define("server-log", ServerLog);
