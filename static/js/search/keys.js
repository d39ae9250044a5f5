// What opens the search: its link in the header, "/", and Ctrl+K (Command+K on a Mac). The dialog is loaded when it is
// first opened.

import { isTyping } from "../dom/typing.js";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform ?? "");

/** Listen as long as the page exists. */
export function tendSearch() {
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search-link") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (!asksForSearch(event) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      event.stopPropagation();
      open();
    },
    { capture: true },
  );
}

function asksForSearch(event) {
  const mod = MAC ? event.metaKey : event.ctrlKey;
  if (mod && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") return true;
  return event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
}

async function open() {
  try {
    const { openSearch } = await import("./dialog.js");
    await openSearch();
  } catch {
    // The chunk can't be loaded: go to the page that searches without scripts.
    window.location.assign("/search");
  }
}
