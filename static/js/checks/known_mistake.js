// What a failed check says when its mistake is a known one: the belief behind it, and a link to the paragraph that
// corrects it.

import { h, trustedHtml } from "../dom/h.js";

/** Return the sentence about a known mistake {belief_html, href, title}. */
export function knownMistake({ belief_html: belief, href, title }) {
  const link = h("a", { href }, `Read on: “${title}”`);
  const here = hashOnThisPage(href, location);
  if (here) {
    link.href = here;
    link.addEventListener("click", (event) => followWithin(event, here));
  }
  return h(
    "p",
    { class: "check-known" },
    h("strong", {}, "This is a known one:"),
    " ",
    trustedHtml(h("q", {}), belief),
    " ",
    link,
  );
}

/**
 * Return the `#anchor` of an address that leads to the page at `place` (a Location), else "".
 *
 * If the page's address has a query, following the link as it is would reload the page, and its clients would be gone.
 */
export function hashOnThisPage(href, place) {
  const url = new URL(href, place.href);
  return url.origin === place.origin && url.pathname === place.pathname ? url.hash : "";
}

/** Go to a heading of this page. If another view or another pane hides it, those change first, on `hashchange`. */
function followWithin(event, hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  window.addEventListener(
    "hashchange",
    () =>
      queueMicrotask(() => {
        target.tabIndex = -1;
        target.focus({ preventScroll: true });
        target.scrollIntoView();
      }),
    { once: true },
  );
  if (location.hash === hash) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = hash;
}
