// What a failed check says when its mistake is a known one: the belief behind it, and the way to the paragraph that
// tells better.

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
 * Followed as it stands, such an address would load the page anew where that one has a query: its clients would be
 * gone.
 */
export function hashOnThisPage(href, place) {
  const url = new URL(href, place.href);
  return url.origin === place.origin && url.pathname === place.pathname ? url.hash : "";
}

/** Go to a heading of this page. Where another view or another pane covers it, those change first, on `hashchange`. */
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
