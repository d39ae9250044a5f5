// <phone-tabs>: on a narrow screen one pane at a time. The open one is in the address, so that Back works.
//
// Hidden panes stay in the page: their clients stay connected.

import { define, store } from "../core/page.js";
import { onRegion, REGIONS } from "../dom/regions.js";

class PhoneTabs extends HTMLElement {
  #ends = [];

  connectedCallback() {
    this.bench = document.querySelector(".workbench");
    this.first = this.bench.dataset.view;
    this.links = new Map([...this.querySelectorAll("a[data-view]")].map((link) => [link.dataset.view, link]));
    const follow = () => this.#followAddress();
    const press = (event) => this.#press(event);
    window.addEventListener("hashchange", follow);
    this.addEventListener("click", press);
    this.#ends = [
      () => window.removeEventListener("hashchange", follow),
      () => this.removeEventListener("click", press),
      onRegion((region) => this.#open(region)),
      store.subscribe(
        (state) => state.traceRows.length,
        (count) => this.#badge("wire", count ? String(count) : ""),
      ),
      store.subscribe(
        (state) => state.checks,
        (checks) => this.#drawChecks(checks),
      ),
      store.subscribe(
        (state) => state.sandbox?.state,
        (state) => this.#mark("wire", state === "crashed"),
      ),
    ];
    this.#followAddress();
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #followAddress() {
    const name = location.hash.slice(1);
    if (REGIONS.includes(name)) this.#show(name);
    else this.#show(name === "" ? this.first : "lesson");
  }

  /** The address changes, but the browser must not scroll to the pane as to an anchor. */
  #press(event) {
    const link = event.target.closest("a[data-view]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#open(link.dataset.view);
  }

  #open(region) {
    if (this.bench.dataset.view === region) return;
    // Only where the bar is used: elsewhere every pane is visible, and Back must leave the page.
    if (this.offsetParent !== null) history.pushState(null, "", `#${region}`);
    this.#show(region);
  }

  #show(region) {
    this.bench.dataset.view = region;
    for (const [name, link] of this.links) {
      if (name === region) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    document.dispatchEvent(new CustomEvent("view-shown", { detail: { region } }));
  }

  #drawChecks({ running, results, passed, total }) {
    const begun = running || results.length > 0 || passed > 0;
    this.#badge("checks", begun && total ? `${passed}/${total}` : "");
  }

  #badge(name, text) {
    const place = this.links.get(name)?.querySelector(".count");
    if (place) place.textContent = text;
  }

  #mark(name, bad) {
    this.links.get(name)?.classList.toggle("is-bad", bad);
  }
}

define("phone-tabs", PhoneTabs);
