// Code for what most visitors never open is fetched when it comes into sight.

/** Call `load` once an element that matches `selector` is in sight; again at the next time when that failed. */
export function whenInSight(selector, load) {
  const node = document.querySelector(selector);
  if (!node) return;
  const watch = new IntersectionObserver(async (seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    try {
      await load();
      watch.disconnect();
    } catch {
      // Offline, or the site was built anew: coming back to it tries again.
    }
  });
  watch.observe(node);
}
