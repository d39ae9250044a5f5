// Keeps the counts of the mode switch up to date while questions are answered and exercises pass.

import { store } from "../core/page.js";

/** Start listening; the server has drawn the switch with what was done by then. */
export function countModes(root = document) {
  const links = [...root.querySelectorAll("mode-switch a[data-items]")];
  if (links.length === 0) return;
  document.addEventListener("answered", ({ detail }) =>
    mark(links, detail.question, detail.correct || detail.role === "prediction"),
  );
  store.subscribe(
    (state) => state.progress,
    (progress) => {
      for (const [slug, { done }] of Object.entries(progress?.exercises ?? {})) mark(links, slug, done);
    },
  );
}

function mark(links, item, done) {
  for (const link of links) {
    const items = link.dataset.items.split(" ");
    if (!items.includes(item)) continue;
    const finished = new Set(link.dataset.done.split(" ").filter(Boolean));
    finished[done ? "add" : "delete"](item);
    link.dataset.done = [...finished].join(" ");
    link.querySelector(".count").firstChild.textContent = `${finished.size}/${items.length}`;
  }
}
