// The search over the whole course: results as you type, chosen with the arrow keys and Enter.

import { fill, h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";
import { excerpt, find, markedHits, wordsOf } from "./rank.js";

let dialog = null;
let entries = null;

/** Open the dialog; the list of everything that can be found is fetched with it. */
export async function openSearch() {
  await moreStyles();
  dialog ??= new SearchDialog();
  dialog.open();
}

class SearchDialog {
  #hits = [];
  #chosen = 0;

  constructor() {
    this.input = h("input", {
      type: "search",
      role: "combobox",
      "aria-label": "Search the course",
      "aria-expanded": "false",
      "aria-controls": "search-hits",
      "aria-autocomplete": "list",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "100",
      placeholder: "A word, an event, a function …",
      oninput: () => this.#search(),
      onkeydown: (event) => this.#key(event),
    });
    this.list = h("ul", { id: "search-hits", class: "search-hits", role: "listbox", "aria-label": "Found" });
    this.said = h("p", { class: "search-said", role: "status" });
    this.dialog = h(
      "dialog",
      { class: "search", "aria-label": "Search" },
      h(
        "div",
        { class: "search-top" },
        h("span", { class: "i i-search", "aria-hidden": "true" }),
        this.input,
        h(
          "button",
          { type: "button", class: "quiet icon-only", "aria-label": "Close", onclick: () => this.dialog.close() },
          h("span", { class: "i i-cross", "aria-hidden": "true" }),
        ),
      ),
      this.list,
      this.said,
    );
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.list.addEventListener("click", (event) => this.#press(event));
    document.body.append(this.dialog);
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
    this.input.select();
    this.#search();
  }

  async #search() {
    const { value } = this.input;
    if (!entries) this.said.textContent = "Looking …";
    try {
      entries ??= await fetch("/search.json").then((answer) => answer.json());
    } catch {
      this.#say(
        "The list can't be fetched right now.",
        h("a", { href: `/search?q=${encodeURIComponent(value)}` }, "Search on a page of its own"),
      );
      return;
    }
    if (value !== this.input.value) return;
    this.#hits = find(entries, value);
    this.#chosen = 0;
    this.#draw(value);
  }

  #draw(query) {
    const wanted = wordsOf(query);
    fill(
      this.list,
      this.#hits.map((entry, place) => hit(entry, place, wanted)),
    );
    this.list.hidden = this.#hits.length === 0;
    this.input.setAttribute("aria-expanded", String(this.#hits.length > 0));
    this.#choose(0);
    if (wanted.length === 0) this.#say("Type to search lessons, exercises, the glossary and the reference.");
    else if (this.#hits.length > 0)
      this.#say(
        `${this.#hits.length} ${this.#hits.length === 1 ? "place" : "places"}. Arrow keys choose, Enter opens.`,
      );
    else
      this.#say(`Nothing holds “${query.trim()}”.`, h("a", { href: "/" }, "The course map lists everything there is"));
  }

  #say(...words) {
    fill(
      this.said,
      words.flatMap((word) => [word, " "]),
    );
  }

  #choose(place) {
    const options = [...this.list.children];
    options[this.#chosen]?.setAttribute("aria-selected", "false");
    this.#chosen = place;
    const option = options[place];
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  #key(event) {
    const count = this.#hits.length;
    if (event.key === "Enter" && count > 0) {
      event.preventDefault();
      this.#go(this.#hits[this.#chosen]);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      event.preventDefault();
      this.#choose((this.#chosen + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
    }
  }

  #press(event) {
    const option = event.target.closest("[role=option]");
    if (option) this.#go(this.#hits[[...this.list.children].indexOf(option)]);
  }

  #go({ url }) {
    this.dialog.close();
    window.location.assign(url);
  }
}

function hit(entry, place, wanted) {
  return h(
    "li",
    { id: `search-hit-${place}`, class: "search-hit", role: "option", "aria-selected": "false" },
    h(
      "span",
      { class: "title" },
      h("span", {}, marks(markedHits(entry.title, wanted))),
      h("span", { class: "tag" }, entry.kind),
    ),
    h("span", { class: "text" }, marks(excerpt(entry.text, wanted))),
  );
}

function marks(pieces) {
  return pieces.map(({ text, hit: found }) => (found ? h("mark", {}, text) : text));
}
