// Runs first in a page that the preview shows: what other scripts there request by a path comes from the learner's own
// server.
//
// The gateway has put the prefix into the page's tags already (course/sandbox/gateway/preview_page.py); this is for links and
// forms that a script makes, and for requests. The page has an opaque origin, and its policy allows the prefix alone.

import { ownPath } from "./own_server.js";

const { server } = /** @type {{server: string}} */ (/** @type {HTMLScriptElement} */ (document.currentScript).dataset);

const fetchFrom = window.fetch;
window.fetch = (input, init) => fetchFrom(ownPath(input, server), init);

const open = XMLHttpRequest.prototype.open;
/**
 * @this {XMLHttpRequest}
 * @param {string} method
 * @param {string | URL} address
 * @param {...any} rest
 */
function openAtHome(method, address, ...rest) {
  return Reflect.apply(open, this, [method, ownPath(address, server), ...rest]);
}
XMLHttpRequest.prototype.open = openAtHome;

/**
 * @param {Element | null | undefined} element
 * @param {string} name
 */
function keepAtHome(element, name) {
  const asked = element?.getAttribute(name);
  if (asked) element?.setAttribute(name, ownPath(asked, server));
}

document.addEventListener(
  "click",
  ({ target }) => keepAtHome(/** @type {Element | null} */ (target)?.closest?.("a[href]"), "href"),
  { capture: true },
);
document.addEventListener(
  "submit",
  ({ target, submitter }) => {
    keepAtHome(/** @type {Element | null} */ (target), "action");
    keepAtHome(submitter, "formaction");
  },
  { capture: true },
);
