// <client-menu data-client="A">: the content of a client card's menu: namespace, auth, transport, a pretended origin,
// a file as binary argument. It is loaded after the page is usable; until then a card connects with `chosen`.

import { define, store } from "../core/page.js";
import { below } from "../core/sandbox_address.js";
import { fill, h } from "../dom/h.js";

const FILE_BYTES = 64 * 1024;

class ClientMenu extends HTMLElement {
  #end = null;

  connectedCallback() {
    if (!this.namespace) this.#build();
    this.#end = store.subscribe(
      (state) => state.sandbox?.id,
      () => this.#sandboxChanged(),
    );
    const menu = this.closest("details");
    // Opened before this was loaded: only now does it have a size by which it can be placed.
    if (menu.open) menu.dispatchEvent(new Event("toggle"));
  }

  disconnectedCallback() {
    this.#end?.();
  }

  #build() {
    const tag = this.dataset.client;
    this.bytes = null;
    const id = (name) => `client-${tag}-${name}`;
    this.namespace = h("input", {
      id: id("namespace"),
      class: "mono",
      value: "/",
      spellcheck: "false",
      autocapitalize: "off",
    });
    this.auth = h("input", {
      id: id("auth"),
      class: "mono",
      placeholder: '{"token": "secret"}',
      spellcheck: "false",
      autocapitalize: "off",
    });
    this.transport = h(
      "select",
      { id: id("transport") },
      h("option", { value: "upgrade" }, "polling, then upgrade"),
      h("option", { value: "websocket" }, "WebSocket only"),
      h("option", { value: "polling" }, "polling only"),
    );
    this.origin = h("input", {
      id: id("origin"),
      class: "mono",
      placeholder: "https://example.com",
      spellcheck: "false",
      autocapitalize: "off",
    });
    this.file = h("input", { id: id("file"), type: "file", onchange: () => this.#readFile() });
    this.fileNote = h("p", { class: "note", role: "status" });
    this.address = h("code");
    this.pages = h("p", { class: "note" });
    this.removal = h(
      "button",
      { type: "button", class: "small", onclick: () => this.#askToRemove() },
      "Remove this client",
    );
    fill(
      this,
      h(
        "div",
        {},
        field("Namespace", this.namespace),
        field("Auth (JSON, sent with connect)", this.auth),
        field("Transport", this.transport),
        field("Pretended origin", this.origin),
        field("Add a file as the last argument", this.file),
        this.fileNote,
        h("p", { class: "note" }, "Namespace, auth, transport and origin count from the next Connect on."),
        h("p", { class: "note" }, "Address: ", this.address),
        this.pages,
        this.removal,
      ),
      this.closest("client-list") && h("client-network", { dataset: { client: tag } }),
    );
  }

  /** Return {namespace, auth, transport, origin, error}: `error` says what is wrong with a field, or "". */
  read() {
    const namespace = this.namespace.value.trim() || "/";
    const chosen = {
      namespace: namespace.startsWith("/") ? namespace : `/${namespace}`,
      transport: this.transport.value,
      origin: this.origin.value.trim(),
      auth: undefined,
      error: "",
    };
    const auth = this.auth.value.trim();
    if (auth === "") return chosen;
    try {
      return { ...chosen, auth: JSON.parse(auth) };
    } catch {
      return { ...chosen, error: 'Auth is not JSON. Write it like {"token": "secret"}.' };
    }
  }

  #sandboxChanged() {
    const { sandbox } = store.get();
    const address = sandbox && below(sandbox, `${this.dataset.client}/`);
    this.address.textContent = address ? `${address}socket.io/` : "there once the server runs";
    // Below this client's own address, so that a cookie set there goes along with its next Connect.
    fill(
      this.pages,
      address &&
        h("a", { class: "button small", target: "_blank", rel: "noopener", href: address }, "Open the server’s pages"),
    );
    this.removal.hidden = this.closest("client-list") === null;
  }

  /** The list that holds the card removes it. */
  #askToRemove() {
    this.dispatchEvent(new CustomEvent("client-unwanted", { bubbles: true }));
  }

  async #readFile() {
    const [file] = this.file.files;
    this.bytes = null;
    if (!file) this.fileNote.textContent = "";
    else if (file.size > FILE_BYTES)
      this.fileNote.textContent = `${file.name} has ${Math.ceil(file.size / 1024)} KB; choose one of at most ${FILE_BYTES / 1024} KB.`;
    else {
      this.bytes = new Uint8Array(await file.arrayBuffer());
      this.fileNote.textContent = `${file.name}: ${file.size} bytes go along with each emit.`;
    }
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function field(label, control) {
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control);
}

define("client-menu", ClientMenu);
