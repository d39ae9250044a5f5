// <print-button>: prints the page; without scripts the browser's own menu does.

import { fill, h } from "../dom/h.js";

class PrintButton extends HTMLElement {
  connectedCallback() {
    fill(this, h("button", { type: "button", onclick: () => window.print() }, "Print"));
  }
}

customElements.define("print-button", PrintButton);
