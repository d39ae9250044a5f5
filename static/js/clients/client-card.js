// <client-card data-client="A">: one real Socket.IO client of the running server.

import { define, store } from "../core/page.js";
import { isAlive } from "../core/state.js";
import { fill, h } from "../dom/h.js";
import { complaintOf, frameFor, parseArgs } from "../wire/payload.js";
import { ClientLink } from "./client_link.js";
import { ReceivedList } from "./received_list.js";

/** The settings until the menu is loaded: nobody can change them before. */
const UNTOUCHED = { namespace: "/", transport: "upgrade", origin: "", auth: undefined, error: "" };

class ClientCard extends HTMLElement {
  #ends = [];

  connectedCallback() {
    if (this.link) return; // moved within the page: the connection stays
    const tag = this.dataset.client;
    this.link = new ClientLink(tag, {
      onState: (state) => this.#drawState(state),
      onHeard: (row) => this.received.add(row),
    });
    this.menu = h("client-menu", { class: "menu-body", dataset: { client: tag } });
    this.received = new ReceivedList();
    this.#build(tag);
    this.#ends = [
      store.subscribe(
        (state) => state.sandbox,
        (sandbox, before) => this.#sandboxChanged(sandbox, before),
      ),
      store.subscribe(
        (state) => state.page.workspaces?.[state.workspace]?.events,
        (events) => this.#offer(events ?? []),
      ),
      store.subscribe(
        (state) => state.workspace,
        () => this.#recall(),
      ),
    ];
    this.#drawState({ kind: "off", text: "Disconnected", reason: "" });
  }

  disconnectedCallback() {
    // A card that is only moved is attached again at once; one that is removed closes its connection.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#ends.splice(0).forEach((end) => end());
      this.link.disconnect();
    });
  }

  /** The settings of the menu: {namespace, transport, origin, auth, error}. */
  get chosen() {
    return this.menu.read?.() ?? UNTOUCHED;
  }

  /** Connect, unless it is connected, there is nothing to connect to, or client_code.js is still loading. */
  connect() {
    const { sandbox } = store.get();
    if (sandbox?.state !== "ready" || this.link.active || (sandbox.client && !this.choice)) return;
    const { chosen } = this;
    if (chosen.error) this.#drawState({ kind: "bad", text: "Not connected", reason: chosen.error });
    else this.link.connect(sandbox, chosen);
  }

  #build(tag) {
    const word = tag.length > 1 ? tag : `Client ${tag}`;
    this.state = h("span", { class: "client-state" });
    this.toggle = h("button", {
      type: "button",
      class: "small",
      onclick: () => (this.link.active ? this.link.disconnect() : this.connect()),
    });
    this.reason = h("p", { class: "client-reason", hidden: true });
    this.error = h("p", { class: "field-error", id: `client-${tag}-error`, hidden: true });
    fill(
      this,
      h(
        "section",
        { class: "client", "aria-label": word },
        this.#head(tag, word),
        this.reason,
        h("client-faults", { dataset: { client: tag } }),
        this.#form(tag, word),
        this.error,
        this.#options(),
        this.received.node,
      ),
    );
    this.#recall();
  }

  #head(tag, word) {
    return h(
      "div",
      { class: "client-head" },
      h("span", { class: `ava ava-${letterOf(tag)}`, "aria-hidden": "true" }, tag.slice(0, 1).toUpperCase()),
      h("h3", {}, word),
      this.state,
      h(
        "details",
        { class: "menu", oninput: () => this.#preview() },
        h(
          "summary",
          { class: "button quiet icon-only small", "aria-label": `Settings of client ${tag}` },
          h("span", { class: "i i-more", "aria-hidden": "true" }),
        ),
        this.menu,
      ),
    );
  }

  #form(tag, word) {
    const id = `client-${tag}`;
    const plain = { spellcheck: "false", autocapitalize: "off", autocomplete: "off" };
    this.events = h("datalist", { id: `${id}-events` });
    this.event = h("input", {
      class: "event",
      list: `${id}-events`,
      placeholder: "event",
      "aria-label": `Event that ${word} emits`,
      ...plain,
    });
    this.payload = h("input", {
      class: "payload",
      placeholder: '2, "hi"',
      "aria-label": `Arguments, JSON values with commas between them`,
      "aria-describedby": `${id}-error`,
      ...plain,
    });
    this.send = h("button", { type: "submit", class: "small" }, "Emit");
    return h(
      "form",
      { class: "client-emit", onsubmit: (event) => this.#emit(event), oninput: () => this.#typed() },
      this.event,
      this.payload,
      this.send,
      this.events,
    );
  }

  #options() {
    this.ack = h("input", { type: "checkbox", checked: true, "aria-label": "wait for acknowledgement" });
    this.ack.addEventListener("change", () => this.#typed());
    this.frame = h("code");
    this.preview = h("span", { class: "client-preview" }, this.frame);
    return h(
      "div",
      { class: "client-options" },
      h(
        "label",
        { class: "switch", title: "Wait for acknowledgement" },
        this.ack,
        h("span", {}, h("span", { class: "long" }, "wait for "), h("abbr", {}, "ack")),
      ),
      this.preview,
      this.toggle,
    );
  }

  #drawState({ kind, text, reason }) {
    this.state.className = `client-state is-${kind}`;
    this.state.textContent = text;
    this.reason.hidden = !reason;
    this.reason.textContent = reason;
    this.toggle.textContent = this.link?.active ? "Disconnect" : "Connect";
    this.toggle.classList.toggle("quiet", this.link?.active ?? false);
    this.toggle.disabled = !this.link?.active && store.get().sandbox?.state !== "ready";
    this.toggle.title = this.toggle.disabled ? "Run the server first" : "";
    this.send.disabled = kind !== "on";
    this.send.title = kind === "on" ? "" : "Connect this client first";
    this.#preview();
    this.dispatchEvent(new CustomEvent("client-changed", { bubbles: true }));
  }

  #sandboxChanged(sandbox, before) {
    if (sandbox?.id === before?.id && sandbox?.state === before?.state) return; // a refusal, for example, stays visible
    // A server that was killed, or restarted, keeps its address: its clients notice by themselves.
    const awaited = sandbox?.id === before?.id && (sandbox?.code === "killed_by_learner" || isAlive(sandbox ?? null));
    if (before && this.link.active && !awaited) {
      this.link.disconnect();
      // A new Run replaces the server: its clients come back, and nobody needs to be told.
      const replaced = sandbox?.id !== before.id || sandbox?.code === "replaced" || store.get().runPending;
      if (!replaced) this.received.add({ kind: "note", text: "The server stopped." });
    }
    if (!this.link.active) this.#drawState({ kind: "off", text: "Disconnected", reason: "" });
  }

  #emit(submit) {
    submit.preventDefault();
    const read = this.#arguments();
    const { args, error } = read;
    const name = this.event.value.trim();
    this.#complain(complaintOf(read, this.payload.value) || (name ? "" : "Give the event a name first."));
    if (error || !name || !this.link.connected) return;
    this.link.emit(name, args, { ack: this.ack.checked });
    this.#preview();
  }

  #arguments() {
    const read = parseArgs(this.payload.value);
    const file = this.menu.bytes;
    return file ? { ...read, args: [...read.args, file] } : read;
  }

  #typed() {
    const complaint = complaintOf(parseArgs(this.payload.value), this.payload.value);
    if (!complaint || !this.error.hidden) this.#complain(complaint);
    this.#preview();
    this.#remember();
  }

  #complain(sentence) {
    this.error.hidden = !sentence;
    this.error.textContent = sentence;
    this.payload.setAttribute("aria-invalid", String(Boolean(sentence)));
  }

  #preview() {
    if (!this.frame) return;
    const { args, error } = this.#arguments();
    const name = this.event.value.trim();
    const { namespace } = this.chosen;
    this.frame.textContent =
      name && !error
        ? frameFor({ event: name, args, namespace, ack: this.ack.checked ? this.link.nextAck : null })
        : "";
    this.preview.hidden = this.frame.textContent === "";
    this.preview.title = this.frame.textContent && `This becomes the frame ${this.frame.textContent}`;
  }

  #offer(names) {
    fill(
      this.events,
      names.map((name) => h("option", { value: name })),
    );
    if (!this.event.value && names.length > 0) this.event.value = names[0];
    this.#preview();
  }

  #key() {
    const { page, workspace } = store.get();
    return `duplex:client:${page.slug}:${workspace}:${this.dataset.client}`;
  }

  #remember() {
    try {
      localStorage.setItem(
        this.#key(),
        JSON.stringify({ event: this.event.value, payload: this.payload.value, ack: this.ack.checked }),
      );
    } catch {
      // Storage is refused or full: the fields simply start empty next time.
    }
  }

  #recall() {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.#key()) ?? "null");
    } catch {
      // What is kept can't be read.
    }
    const { page, workspace } = store.get();
    this.event.value = kept?.event ?? page.workspaces?.[workspace]?.events?.[0] ?? "";
    this.payload.value = kept?.payload ?? "";
    this.ack.checked = kept?.ack ?? true;
    this.#complain("");
    this.#preview();
  }
}

function letterOf(tag) {
  return tag.length === 1 ? tag.toLowerCase() : "f";
}

define("client-card", ClientCard);
