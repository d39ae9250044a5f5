// <share-address>: how another tab, a phone or a terminal joins the running server.

import qrcode from "qrcode-generator";
import { actions, define, store } from "../core/page.js";
import { below, engineOf } from "../core/sandbox_address.js";
import { dialogHead, fill, h } from "../dom/h.js";
import { parseArgs } from "../wire/payload.js";
import { terminalProgram } from "./terminal.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET_ZONE = 2;

class ShareAddress extends HTMLElement {
  connectedCallback() {
    const open = h(
      "button",
      { type: "button", class: "small", onclick: () => this.#show() },
      h("span", { class: "i i-link", "aria-hidden": "true" }),
      "Phone or terminal",
    );
    this.dialog = h("dialog", { class: "share", "aria-labelledby": "share-title" });
    fill(this, open, this.dialog);
    this.end = store.subscribe(
      (state) => state.sandbox?.state === "ready",
      (ready) => {
        open.disabled = !ready;
        open.title = ready ? "" : "Run the server first";
      },
    );
  }

  disconnectedCallback() {
    this.end();
  }

  #show() {
    const { page, sandbox } = store.get();
    const address = below(sandbox, "");
    fill(
      this.dialog,
      dialogHead("share-title", "Join this server", () => this.dialog.close()),
      h("p", {}, "Open this address in another tab or on a phone: a ready client appears, and joins the wire here."),
      copyable(address),
      page.loopback
        ? h(
            "p",
            { class: "note" },
            "This site listens on this computer only. For a phone in the same network start it with ",
            h("code", {}, "make run HOST=0.0.0.0"),
            " and open it by this computer's address.",
          )
        : h("div", { class: "qr" }, drawQr(address)),
      h("h3", {}, "From a terminal"),
      h("p", { class: "note" }, "With Python and ", h("code", {}, 'pip install "python-socketio[client]"'), ":"),
      copyable(terminalProgram({ ...engineOf(sandbox, "terminal"), ...asked() })),
    );
    this.dialog.showModal();
  }
}

/** Return the event and the arguments that the first client would emit now. */
function asked() {
  const { event, payload, chosen } = document.querySelector("client-card");
  const { namespace, auth } = chosen;
  return { event: event.value.trim() || "hello", args: parseArgs(payload.value).args, namespace, auth };
}

function copyable(text) {
  const copy = h(
    "button",
    {
      type: "button",
      class: "small",
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(text);
          actions.announce("Copied.");
          copy.textContent = "Copied";
        } catch {
          actions.announce("Copying is not allowed here: select the text instead.", "alert");
        }
      },
    },
    "Copy",
  );
  return h("div", { class: "address" }, h("code", { class: "pre" }, text), copy);
}

function drawQr(text) {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `${-QUIET_ZONE} ${-QUIET_ZONE} ${size + 2 * QUIET_ZONE} ${size + 2 * QUIET_ZONE}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "QR code of the address");
  const dark = [];
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1)
      if (code.isDark(row, column)) dark.push(`M${column} ${row}h1v1h-1z`);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", dark.join(""));
  svg.append(path);
  return svg;
}

define("share-address", ShareAddress);
