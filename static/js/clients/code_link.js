// One client whose connection is made by the program's own client code: a frame with an opaque origin, under the
// client's tag.
//
// It takes the place of a ClientLink, and has the same interface: the card connects, emits and shows rows with either.

import { below } from "../core/sandbox_address.js";
import { h } from "../dom/h.js";
import { readReport } from "./reports.js";

const ROWS_PER_SECOND = 120; // the page's own script sends fewer; one that pretends to be it might send more

export class CodeLink {
  /** @type {LinkState} */
  #state = { kind: "off", text: "Disconnected", reason: "" };
  #second = 0;
  #rows = 0;

  /**
   * `place` receives the frame; `onState` and `onHeard` are the card's, as for a ClientLink. `onStart` is called before
   * the page is opened, `onLoad` once its scripts have ended.
   *
   * @param {string} tag
   * @param {{place: HTMLElement, onState: (state: LinkState) => void, onHeard: (row: ReceivedRow) => void, onStart: () => void, onLoad: () => void}} hear
   */
  constructor(tag, { place, onState, onHeard, onStart, onLoad }) {
    this.tag = tag;
    this.place = place;
    this.tell = onState;
    this.heard = onHeard;
    this.start = onStart;
    this.load = onLoad;
    /** @type {HTMLIFrameElement | null} */
    this.frame = null;
    this.nextAck = 0;
    /** @param {MessageEvent} event */
    this.hear = (event) => this.#hear(event);
  }

  /**
   * Open a new page of the client's code. The settings of the card's menu do not apply: the code makes its connection.
   *
   * @param {{url: string}} sandbox
   */
  connect(sandbox) {
    this.disconnect();
    this.start();
    window.addEventListener("message", this.hear);
    // The policy of the answer says the same: if a page of ours forgets one, the other still holds.
    this.frame = h("iframe", {
      sandbox: "allow-scripts allow-forms",
      referrerpolicy: "no-referrer",
      title: `The page of client ${this.tag}`,
      src: below(sandbox, `~${this.tag}/`),
      onload: this.load,
    });
    this.place.append(this.frame);
    this.#say({ kind: "busy", text: "Starting", reason: "" });
  }

  /** Remove the page, and its connection with it; harmless when there is none. */
  disconnect() {
    if (!this.frame) return;
    window.removeEventListener("message", this.hear);
    this.frame.remove();
    this.frame = null;
    this.nextAck = 0;
    this.place.classList.remove("is-drawn");
    this.#say({ kind: "off", text: "Disconnected", reason: "" });
  }

  get connected() {
    return this.#state.kind === "on";
  }

  get active() {
    return this.frame !== null;
  }

  /**
   * Ask the page to emit on its own connection. Its origin is opaque, so it can't be named as the target; the message
   * holds only what the learner typed.
   *
   * @param {string} name
   * @param {any[]} args
   * @param {{ack: boolean}} how
   */
  emit(name, args, { ack }) {
    this.frame?.contentWindow?.postMessage({ duplex: "emit", name, args, ack }, "*");
  }

  /** @param {MessageEvent} message */
  #hear({ source, origin, data }) {
    if (source !== this.frame?.contentWindow || origin !== "null" || !this.#admits()) return;
    const report = readReport(data);
    if (!report) return;
    const counted = this.nextAck !== report.next;
    this.nextAck = report.next;
    if (report.kind === "state") this.#say(report.state);
    else if (counted) this.tell(this.#state); // the frame that the card previews has another id now
    if (report.kind === "row") {
      this.heard(report.row);
    } else if (report.kind === "begun") {
      this.#say({ kind: "busy", text: "No connection yet", reason: "" });
    } else if (report.kind === "drawn") {
      this.place.classList.add("is-drawn");
    }
  }

  /** @param {LinkState} state */
  #say(state) {
    this.#state = state;
    this.tell(state);
  }

  #admits() {
    const now = Math.floor(performance.now() / 1000);
    if (now !== this.#second) [this.#second, this.#rows] = [now, 0];
    this.#rows += 1;
    return this.#rows <= ROWS_PER_SECOND;
  }
}
