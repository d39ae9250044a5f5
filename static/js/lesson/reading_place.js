// Restores the reader's place with the page: after a reload, and on the way back from an exercise.

const BLOCKS = "[data-modes]";

/** Go to the place where this tab left the page, and remember it when the page is left again. */
export function keepReadingPlace() {
  const article = document.getElementById("lesson");
  if (!article) return;
  const name = `duplex:place:${location.pathname}`;
  // A link into the text takes precedence; a reload or a way back does not follow it again.
  const [visit] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  const follows = location.hash && visit?.type === "navigate";
  if (!follows) goTo(article, recalled(name));
  const leave = () => remember(name, placeIn(article));
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
}

/**
 * {block, offset}: the first visible block, and how far its beginning is from the top. What loads above it changes
 * neither.
 */
function placeIn(article) {
  if (article.scrollTop === 0) return null;
  const { top } = article.getBoundingClientRect();
  const boxes = [...article.querySelectorAll(BLOCKS)].map((block) => block.getBoundingClientRect());
  const block = boxes.findIndex(({ height, bottom }) => height > 0 && bottom > top);
  return block < 0 ? null : { block, offset: boxes[block].top - top };
}

function goTo(article, place) {
  const block = place && article.querySelectorAll(BLOCKS)[place.block];
  if (!block || article.scrollTop > 0) return; // a reader who has already scrolled is not moved back
  const { top, height } = block.getBoundingClientRect();
  if (height > 0) article.scrollTop += top - article.getBoundingClientRect().top - place.offset;
}

function remember(name, place) {
  try {
    if (place) sessionStorage.setItem(name, JSON.stringify(place));
    else sessionStorage.removeItem(name);
  } catch {
    // Nothing depends on it.
  }
}

function recalled(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}
