// Fetches code that most visitors never need when its element becomes visible.

/** Call `load` once an element that matches `selector` is visible; if that fails, again the next time it is. */
export function whenInSight(selector, load) {
  const node = document.querySelector(selector);
  if (!node) return;
  const watch = new IntersectionObserver(async (seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    try {
      await load();
      watch.disconnect();
    } catch {
      // Offline, or the site was rebuilt: coming back to it tries again.
    }
  });
  watch.observe(node);
}
