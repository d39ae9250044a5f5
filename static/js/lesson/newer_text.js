// In development: a lesson whose file was saved shows its newer text in place. Unchanged blocks, with their answers,
// and the whole sandbox half are left as they are.

import { actions, store } from "../core/page.js";
import { readPageData } from "../core/page_data.js";
import { trustedPage } from "../dom/h.js";
import { countModes } from "./mode_counts.js";
import { onNewText } from "./new_text.js";

let busy = false;
let waiting = false;

/** Fetch this page once more and take over what is new. Rejects when it can't be fetched. */
export async function showNewerText() {
  waiting = true;
  if (busy) return;
  busy = true;
  try {
    while (waiting) {
      waiting = false;
      const answer = await fetch(location.href, { cache: "no-store" });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      await takeOver(trustedPage(await answer.text()));
    }
  } finally {
    busy = false;
  }
}

async function takeOver(page) {
  const data = await readPageData(page);
  const body = document.querySelector(".lesson-body");
  bringAlong(page);
  store.set((state) => onNewText(state, data));
  renew(body, page);
  renewModes(body.closest(".lesson"), page.querySelector("mode-switch"));
  document.title = page.title;
  const count = body.querySelectorAll(".problem-note").length;
  actions.announce(
    `The text is new. ${count === 0 ? "" : count === 1 ? "It has a problem." : `It has ${count} problems.`}`.trim(),
  );
}

/** Scripts and styles that the page did not need until now. */
function bringAlong(page) {
  for (const wanted of page.head.querySelectorAll("script[type=module][src], link[rel=stylesheet]")) {
    const [name, address] = wanted.src ? ["src", wanted.getAttribute("src")] : ["href", wanted.getAttribute("href")];
    if (document.querySelector(`[${name}="${address}"]`)) continue;
    const node = document.createElement(wanted.localName);
    for (const { name: key, value } of wanted.attributes) node.setAttribute(key, value);
    document.head.append(node);
  }
}

/** The list of all problems of the course, above the page. */
function renewProblems(page) {
  const shown = document.querySelector("details.problems");
  const fresh = page.querySelector("details.problems");
  if (fresh && shown) fresh.open = shown.open;
  if (fresh) document.querySelector("status-line").before(document.importNode(fresh, true));
  shown?.remove();
}

/**
 * Replace the children of `body` that are different in `page`, and what is above; the reader stays at the same words.
 */
function renew(body, page) {
  const next = page.querySelector(".lesson-body");
  const article = body.closest(".lesson");
  const kept = inCommon([...body.children], [...next.children]);
  const top = Math.max(article.getBoundingClientRect().top, 0);
  const anchor = [...kept.values()].find((node) => node.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top;
  const hadFocus = body.contains(document.activeElement);
  let place = body.firstElementChild;
  for (const fresh of next.children) {
    const stays = kept.get(fresh);
    if (!stays) {
      body.insertBefore(document.importNode(fresh, true), place);
      continue;
    }
    place = removeUntil(stays, place);
    if (fresh.dataset.modes !== undefined) stays.dataset.modes = fresh.dataset.modes;
    place = place.nextElementSibling;
  }
  removeUntil(null, place);
  renewProblems(page);
  if (hadFocus && !body.contains(document.activeElement)) article.focus({ preventScroll: true });
  if (!anchor) return;
  article.scrollTop += anchor.getBoundingClientRect().top - before;
  window.scrollBy(0, anchor.getBoundingClientRect().top - before); // on a small screen the page scrolls, not the lesson
}

/** Remove `first` and what follows it, up to `end`, which is returned. */
function removeUntil(end, first) {
  for (let node = first; node !== end; ) {
    const following = node.nextElementSibling;
    node.remove();
    node = following;
  }
  return end;
}

/** Return new child → old child, for the longest common subsequence of blocks. */
function inCommon(old, fresh) {
  const length = Array.from({ length: old.length + 1 }, () => new Array(fresh.length + 1).fill(0));
  const same = (i, j) => keyOf(old[i]) !== "" && keyOf(old[i]) === keyOf(fresh[j]);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      length[i][j] = same(i, j) ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    }
  }
  const found = new Map();
  for (let i = 0, j = 0; i < old.length && j < fresh.length; ) {
    if (same(i, j)) found.set(fresh[j++], old[i++]);
    else if (length[i + 1][j] >= length[i][j + 1]) i++;
    else j++;
  }
  return found;
}

/** What identifies an element; "" for one that is drawn each time. A note that is being written stays, too. */
function keyOf(node) {
  return node.dataset.print ?? (node.matches("#notes, solution-diff") ? node.localName : "");
}

/** The modes of the lesson: there may be one more, or one less. */
function renewModes(article, fresh) {
  const shown = article.querySelector("mode-switch");
  if (places(shown) !== places(fresh)) {
    shown?.remove();
    if (fresh) article.prepend(document.importNode(fresh, true));
    countModes();
  }
  const { mode } = article.dataset;
  if (mode && mode !== "read" && !article.querySelector(`mode-switch a[data-mode="${mode}"]`))
    article.dataset.mode = "read";
}

function places(modes) {
  return [...(modes?.querySelectorAll("a[data-mode]") ?? [])]
    .map(({ dataset }) => `${dataset.mode} ${dataset.items ?? ""}`)
    .join("\n");
}
