// <presence-note>: how many people have this lesson open. Nothing is said about being alone.

import { define, store } from "../core/page.js";

class PresenceNote extends HTMLElement {
  #end = null;

  connectedCallback() {
    this.#end = store.subscribe(
      (state) => state.presence ?? state.page.here ?? 0,
      (here) => {
        this.hidden = here < 2;
        this.textContent = here < 2 ? "" : `${here} here now`;
      },
    );
  }

  disconnectedCallback() {
    this.#end?.();
  }
}

define("presence-note", PresenceNote);
