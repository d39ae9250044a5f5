// Terms in the text: the meaning is shown beside the term, on hover, on focus and on tap.

import { fill, h, trustedHtml } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";

const ID = "term-popover";
const PATIENCE_MS = 180; // on the way from the word to its popover
const GAP = 6;
const EDGE = 12;

let glossary = null;
let shown = null;
let popover = null;
let waiting = null;

/** Listen for terms as long as the page exists; nothing is fetched before the first one is needed. */
export function tendTerms(root = document) {
  root.addEventListener("pointerover", ({ target, pointerType }) => pointerType !== "touch" && over(target));
  root.addEventListener("focusin", ({ target }) => over(target));
  root.addEventListener("focusout", ({ target }) => target === shown && later(close));
  root.addEventListener("scroll", ({ target }) => shown && target.contains(shown) && close(), {
    capture: true,
    passive: true,
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown) close();
  });
  root.addEventListener("click", (event) => {
    const term = termAt(event.target);
    // A tap shows the meaning; the link to the glossary is in the popover.
    if (term && event.pointerType === "touch") {
      event.preventDefault();
      show(term, { tapped: true });
    } else if (shown && !term && !popover.contains(event.target)) close();
  });
  over(root.querySelector("a.term:hover, a.term:focus")); // the reader was faster than this script
}

function over(target) {
  const term = termAt(target);
  if (term && term !== shown) later(() => show(term));
  else if (term === shown || popover?.contains(target)) clearTimeout(waiting);
  else if (shown) later(close);
}

function termAt(target) {
  return target?.closest?.("a.term") ?? null;
}

function later(act) {
  clearTimeout(waiting);
  waiting = setTimeout(act, PATIENCE_MS);
}

async function show(term, { tapped = false } = {}) {
  clearTimeout(waiting);
  close();
  shown = term;
  const meaning = await meaningOf(new URL(term.href).hash.slice(1));
  if (shown !== term || !meaning) return;
  popover ??= document.getElementById("main").appendChild(h("div", { id: ID, class: "term-popover", role: "tooltip" }));
  const body = trustedHtml(h("div"), meaning.html);
  fill(
    popover,
    h("strong", {}, meaning.name),
    body,
    tapped && h("p", {}, h("a", { href: term.href }, "In the glossary")),
  );
  popover.hidden = false;
  term.setAttribute("aria-describedby", ID);
  place(term);
}

function close() {
  clearTimeout(waiting);
  shown?.removeAttribute("aria-describedby");
  shown = null;
  if (popover) popover.hidden = true;
}

async function meaningOf(anchor) {
  // If the glossary can't be fetched, the term stays an ordinary link, and the next attempt fetches it again.
  glossary ??= fetch("/glossary.json")
    .then((answer) => answer.json())
    .catch(() => {
      glossary = null;
      return {};
    });
  const [terms] = await Promise.all([glossary, moreStyles()]);
  return terms[anchor];
}

/** Below the word, above it where there is more room; never over the edge. */
function place(term) {
  const word = term.getClientRects()[0];
  const { offsetWidth: width, offsetHeight: height } = popover;
  const below = word.bottom + GAP;
  const top = below + height > innerHeight - EDGE && word.top - GAP - height > EDGE ? word.top - GAP - height : below;
  const left = Math.max(EDGE, Math.min(word.left, innerWidth - width - EDGE));
  Object.assign(popover.style, { left: `${left}px`, top: `${top}px` });
}
