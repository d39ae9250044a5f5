// A hidden panel costs nothing, and is up to date when it is opened.

import { onceAFrame } from "./turns.js";

/**
 * Return {plan, stop}. `plan` calls `draw` with the next frame, once however often it is called; while `node` has no
 * size, for example in a panel that is not open, `draw` waits until it has one.
 */
export function whileInSight(node, draw) {
  let seen = true; // until the observer reports
  const plan = onceAFrame(() => seen && node.isConnected && draw());
  const watch = new ResizeObserver(
    ([
      {
        contentRect: { width, height },
      },
    ]) => {
      const opened = !seen && width * height > 0;
      seen = width * height > 0;
      if (opened) draw();
    },
  );
  watch.observe(node);
  return { plan, stop: () => watch.disconnect() };
}
