// <status-line>: the page's one polite live region, its one alert, and the slim banner while the connection is lost.

import { define, store } from "../core/page.js";
import { checkSummary, endOf } from "../core/words.js";
import { fill, h } from "../dom/h.js";

/** Short losses, for example when a laptop wakes up, need no banner. */
const PATIENCE_MS = 1_500;
/** How long an alert that has no other place stays visible; a click removes it sooner. */
const ALERT_MS = 10_000;

class StatusLine extends HTMLElement {
  #ends = [];
  #timer = null;
  #fading = null;
  /** Why the program was not saved, as it was said last: it is tried again and again. */
  #toldWhy = "";

  connectedCallback() {
    this.status = h("div", { class: "status visually-hidden", role: "status" });
    this.alert = h("div", { class: "alert", role: "alert", onclick: () => this.#clearAlert() });
    this.banner = h("div", { class: "banner", role: "region", "aria-label": "About this page", hidden: true });
    fill(this, this.banner, this.status, this.alert);
    this.#ends = [
      store.subscribe(
        (state) => state.connection,
        () => this.#connectionChanged(),
      ),
      store.subscribe(
        (state) => state.lessonChanged,
        () => this.#drawBanner(),
      ),
      store.subscribe(
        (state) => state.forgotten,
        () => this.#drawBanner(),
      ),
      store.subscribe(
        (state) => state.saveMessage,
        (why, before) => before !== undefined && why && why !== this.#toldWhy && this.#notSaved(why),
      ),
      store.subscribe(
        (state) => state.notice,
        ({ text, kind, count }) => count > 0 && this.#say(text, kind),
      ),
      store.subscribe(
        (state) => state.runError,
        (error) => error && this.#runFailed(error.message),
      ),
      store.subscribe(
        (state) => state.sandbox?.state,
        (now, before) => before !== undefined && this.#sandboxChanged(now),
      ),
      store.subscribe(
        (state) => state.checks.running,
        (now, before) => before === true && !now && this.#checked(),
      ),
      store.subscribe(
        (state) => state.saveState,
        (now, before) => before && this.#saveChanged(now, before),
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
    clearTimeout(this.#timer);
    clearTimeout(this.#fading);
  }

  #say(text, kind = "status") {
    this.#clearAlert();
    const voice = kind === "alert" ? this.alert : this.status;
    if (kind === "alert") this.#fading = setTimeout(() => this.#clearAlert(), ALERT_MS);
    // The same sentence would not be read a second time: a no-break space makes it a different one.
    voice.textContent = voice.textContent === text ? `${text}\u00a0` : text;
  }

  /** What is visible elsewhere on the page is announced to screen readers only. */
  #alertUnseen(text) {
    this.#say(text, "alert");
    this.alert.classList.add("visually-hidden");
  }

  /** The note above the editor says it, once its script is loaded. */
  #runFailed(text) {
    if (customElements.get("work-notes")) this.#alertUnseen(text);
    else this.#say(text, "alert");
  }

  #clearAlert() {
    clearTimeout(this.#fading);
    this.alert.textContent = "";
    this.alert.classList.remove("visually-hidden");
  }

  #sandboxChanged(state) {
    const { sandbox } = store.get();
    if (state === "ready") this.#say("Your server is running. Connect a client.");
    else if (state === "queued") this.#say("Every place is taken: your server starts as soon as one is free.");
    else if (state === "crashed" || state === "limited") this.#alertUnseen(endOf(sandbox));
    else if (state === "stopped") this.#say(endOf(sandbox) || "Your server has stopped.");
  }

  #checked() {
    const { checks } = store.get();
    if (checks.error) this.#alertUnseen(checks.error.message);
    else this.#say(checkSummary(checks));
  }

  #notSaved(why) {
    this.#toldWhy = why;
    this.#alertUnseen(why);
  }

  #saveChanged(now, before) {
    if (now === "saved") this.#toldWhy = "";
    if (now === "conflict")
      this.#alertUnseen("This program was also changed somewhere else. Choose above the editor which one to keep.");
    else if (before === "offline" && now === "saved") this.#say("Connected again; everything is saved.");
  }

  #connectionChanged() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const { connection } = store.get();
    if (connection !== "offline") this.#drawBanner();
    else this.#timer = setTimeout(() => this.#drawBanner(), PATIENCE_MS);
  }

  #drawBanner() {
    const { connection, connectionReason, everOnline, lessonChanged, forgotten } = store.get();
    const away = connection === "offline";
    this.banner.hidden = !away && !lessonChanged && !forgotten;
    if (forgotten) {
      fill(
        this.banner,
        h("span", {}, "Your data was deleted, so nothing on this page is kept any more. "),
        h("button", { type: "button", class: "small", onclick: () => window.location.reload() }, "Begin anew"),
      );
    } else if (away) {
      const cookie = /cookie/i.test(connectionReason);
      fill(
        this.banner,
        h(
          "span",
          {},
          cookie
            ? connectionReason
            : everOnline
              ? "Reconnecting, your code is saved."
              : "The server can't be reached yet. The page keeps trying; your code is kept in this browser.",
        ),
      );
    } else if (lessonChanged) {
      fill(
        this.banner,
        h("span", {}, "This lesson has a newer text. "),
        h("button", { type: "button", class: "small", onclick: () => window.location.reload() }, "Show it"),
      );
    }
  }
}

define("status-line", StatusLine);
