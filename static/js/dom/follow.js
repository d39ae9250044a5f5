// A list that grows at its end: it stays at the newest item until the reader scrolls up, even while it is hidden.

import { whenDrawn } from "./turns.js";

const NEAR_END_PX = 8;

/** Bring `node` into sight inside `list`, its beginning first; the page around the list stays where it is. */
export function reveal(list, node) {
  const [outer, inner] = [list.getBoundingClientRect(), node.getBoundingClientRect()];
  const below = inner.bottom - outer.bottom;
  if (below > 0) list.scrollTop += Math.min(below, inner.top - outer.top);
}

/**
 * Keep `list` at its end. `onChange(atEnd)` is called whenever the reader leaves the end or comes back to it.
 *
 * Returns {grown, toEnd, stop}: call `grown` after adding; `toEnd` goes to the newest item; `stop` ends the following.
 *
 * @param {HTMLElement} list
 * @param {(atEnd: boolean) => void} onChange
 */
export function followEnd(list, onChange = () => {}) {
  let following = true;
  let before = 0;
  const toEnd = () => {
    list.scrollTop = list.scrollHeight;
    before = list.scrollTop;
    set(true);
  };
  const follow = () => following && toEnd();
  const grown = () => following && whenDrawn(follow);
  const set = (now) => {
    if (now === following) return;
    following = now;
    onChange(now);
  };
  const scrolled = () => {
    if (list.clientHeight === 0) return; // a hidden list says nothing about what its reader wants
    // Only a reader scrolls up. Distance from the end may also mean that rows came, or that the list became smaller.
    if (list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX) set(true);
    else if (list.scrollTop < before) set(false);
    before = list.scrollTop;
  };
  const opened = ({ target }) => target.open && set(false); // a reader who opens a row is reading it
  // A row that is opened at the end makes the list longer: its reader wants to stay with it.
  list.addEventListener("toggle", scrolled, { capture: true });
  const watch = new ResizeObserver(follow); // a panel that is opened, or a splitter that is moved
  watch.observe(list);
  list.addEventListener("scroll", scrolled, { passive: true });
  list.addEventListener("toggle", opened, { capture: true });
  return {
    grown,
    toEnd,
    stop() {
      watch.disconnect();
      list.removeEventListener("scroll", scrolled);
      list.removeEventListener("toggle", scrolled, { capture: true });
      list.removeEventListener("toggle", opened, { capture: true });
    },
  };
}
