// <panel-tabs>: Diagram, Wire, Server log and Checks below the clients; on a middle-sized screen Clients as well.
//
// A crash opens the log and a check run opens the checks: what happened should be visible without searching.

import { define, store } from "../core/page.js";
import { onRegion } from "../dom/regions.js";

const MIDDLE = "(700px <= width < 1100px)";

class PanelTabs extends HTMLElement {
  #ends = [];
  #middle = window.matchMedia(MIDDLE);

  connectedCallback() {
    this.lower = this.closest(".lower");
    this.tabs = new Map([...this.querySelectorAll("button")].map((tab) => [tab.dataset.tab, tab]));
    this.#describe();
    const signal = new AbortController();
    this.addEventListener("click", (event) => this.#press(event), signal);
    this.addEventListener("keydown", (event) => this.#key(event), signal);
    this.#middle.addEventListener("change", () => this.#arrange(), signal);
    document.addEventListener("view-shown", ({ detail }) => this.#followPhone(detail.region), signal);
    this.#ends = [
      () => signal.abort(),
      onRegion((region) => this.tabs.has(region) && this.#choose(region)),
      store.subscribe(
        (state) => state.traceRows.length,
        (count) => this.#count("wire", count || ""),
      ),
      store.subscribe(
        (state) => state.output,
        (output) => this.#count("log", countLines(output) || ""),
      ),
      store.subscribe(
        (state) => state.checks,
        (now, before) => this.#checksChanged(now, before),
      ),
      store.subscribe(
        (state) => state.sandbox?.state,
        (now, before) => this.#sandboxChanged(now, before),
      ),
    ];
    this.#arrange();
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  /** Without this script they are not tabs, so the page does not call them tabs. */
  #describe() {
    this.setAttribute("role", "tablist");
    for (const [name, tab] of this.tabs) {
      const panel = panelOf(name);
      tab.id = `tab-${name}`;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      if (name === "clients") continue; // a panel only sometimes: see #arrange
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      panel.tabIndex = 0;
    }
  }

  /** Clients are a tab only if there is no room above: then the tabs precede them, in the page as on screen. */
  #arrange() {
    const clients = panelOf("clients");
    const middle = this.#middle.matches;
    const first = this.compareDocumentPosition(clients) & Node.DOCUMENT_POSITION_FOLLOWING;
    if (middle !== Boolean(first)) {
      // Moving the tabs, not the clients: a client that leaves the page loses its connection.
      if (middle) this.lower.insertBefore(this, clients);
      else clients.after(this);
      return; // connectedCallback has run again
    }
    if (middle) {
      clients.setAttribute("role", "tabpanel");
      clients.setAttribute("aria-labelledby", "tab-clients");
    } else {
      clients.removeAttribute("role");
      clients.removeAttribute("aria-labelledby");
    }
    const { tab } = this.lower.dataset;
    this.#choose(middle && !this.touched ? "clients" : !middle && tab === "clients" ? "wire" : tab);
  }

  #choose(name) {
    if (name === "clients" && !this.#middle.matches) return;
    this.lower.dataset.tab = name;
    for (const [each, tab] of this.tabs) {
      const chosen = each === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) {
        tab.classList.remove("is-new", "is-bad");
        // Where they don't all fit.
        this.scrollLeft = tab.offsetLeft - this.offsetLeft - (this.clientWidth - tab.offsetWidth) / 2;
      }
      if (each !== "clients") panelOf(each).hidden = !chosen;
    }
  }

  #press(event) {
    const tab = event.target.closest("button");
    if (!tab) return;
    this.touched = true;
    this.#choose(tab.dataset.tab);
  }

  #key(event) {
    const shown = [...this.tabs.values()].filter((tab) => tab.offsetParent !== null);
    const place = shown.indexOf(document.activeElement);
    const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (place < 0 || to === undefined) return;
    event.preventDefault();
    const tab = shown[(to + shown.length) % shown.length];
    this.touched = true;
    this.#choose(tab.dataset.tab);
    tab.focus();
  }

  #followPhone(region) {
    if (region === "checks" && this.tabs.has(region)) this.#choose(region);
    else if (region === "wire" && !["log", "diagram", "rooms", "preview"].includes(this.lower.dataset.tab))
      this.#choose("wire");
  }

  #count(name, text) {
    const count = this.tabs.get(name)?.querySelector(".count"); // the playground has no checks
    if (count) count.textContent = text;
  }

  #checksChanged(now, before) {
    const begun = now.running || now.results.length > 0 || now.passed > 0;
    this.#count("checks", begun && now.total ? `${now.passed}/${now.total}` : "");
    if (before && now.running && !before.running)
      document.dispatchEvent(new CustomEvent("region-requested", { detail: { region: "checks" } }));
  }

  #sandboxChanged(now, before) {
    if (before === undefined || now !== "crashed") return;
    this.#choose("log");
  }
}

function panelOf(name) {
  return document.getElementById(name === "clients" ? name : `panel-${name}`);
}

function countLines(output) {
  return output.reduce((sum, { text }) => sum + (text.match(/\n/g)?.length ?? 1), 0);
}

define("panel-tabs", PanelTabs);
