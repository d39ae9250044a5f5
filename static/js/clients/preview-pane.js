// <preview-pane>: the pages that the learner's server answers over plain HTTP, in a frame with an opaque origin.

import { define, store } from "../core/page.js";
import { below } from "../core/sandbox_address.js";
import { fill, h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";
import { previewPath } from "./preview_path.js";

const TAG = "preview"; // a client of its own, with its own cookies

class PreviewPane extends HTMLElement {
  #ends = [];
  #frame = null;

  connectedCallback() {
    moreStyles();
    this.field = h("input", {
      id: "preview-path",
      class: "mono",
      value: "/",
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      "aria-describedby": "preview-error",
    });
    this.go = h("button", { type: "submit", class: "small" }, "Show");
    this.error = h("p", { class: "field-error", id: "preview-error", hidden: true });
    this.empty = h("p", { class: "preview-empty" });
    this.place = h("div", { class: "preview-place" });
    fill(
      this,
      h(
        "form",
        { class: "preview-bar", onsubmit: (event) => this.#show(event) },
        h("label", { for: "preview-path" }, "http://localhost:5000"),
        this.field,
        this.go,
      ),
      this.error,
      this.empty,
      this.place,
    );
    this.#ends = [
      store.subscribe(
        (state) => `${state.sandbox?.id} ${state.sandbox?.state}`,
        () => this.#sandboxChanged(),
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
    this.#frame = null;
  }

  #sandboxChanged() {
    const ready = store.get().sandbox?.state === "ready";
    const again = ready && this.#frame !== null;
    this.go.disabled = !ready;
    this.empty.hidden = again;
    this.empty.textContent = ready
      ? "Choose a path and press Show: the page that your server answers with appears here."
      : "Run the server first. Then the pages that its routes answer with appear here.";
    if (again) this.#open(this.path);
    else this.place.replaceChildren();
  }

  #show(submit) {
    submit.preventDefault();
    const { path, error } = previewPath(this.field.value);
    this.error.hidden = !error;
    this.error.textContent = error ?? "";
    this.field.setAttribute("aria-invalid", String(Boolean(error)));
    if (error || store.get().sandbox?.state !== "ready") return;
    this.field.value = path;
    this.#open(path);
  }

  /** A new frame each time: nothing remains of the page before, and nothing is added to the history. */
  #open(path) {
    this.path = path;
    this.empty.hidden = true;
    this.#frame = h("iframe", {
      sandbox: "allow-scripts allow-forms",
      referrerpolicy: "no-referrer",
      title: `What the server answers at ${path}`,
      src: below(store.get().sandbox, `${TAG}${path}`),
    });
    fill(this.place, this.#frame);
  }
}

define("preview-pane", PreviewPane);
