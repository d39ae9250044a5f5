// One turn a frame of the screen for everybody who draws: first all write, then all measure and scroll.
//
// Whoever measures between two who write makes the browser lay the page out for each of them; so it does so once.

/** @type {Set<() => void>} */
const drawing = new Set();
/** @type {Set<() => void>} */
const measuring = new Set();
let asked = false;

/**
 * Return a function that has `draw` done with the next frame: once, however often it is called. It may not measure.
 *
 * @param {() => void} draw
 */
export function onceAFrame(draw) {
  return () => {
    drawing.add(draw);
    ask();
  };
}

/**
 * Have `act`, which measures or scrolls, done when all of this frame, or of the next one, is drawn.
 *
 * @param {() => void} act
 */
export function whenDrawn(act) {
  measuring.add(act);
  ask();
}

function ask() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    turn(drawing);
    turn(measuring);
    asked = false;
    if (drawing.size + measuring.size > 0) ask(); // asked for meanwhile
  });
}

/** @param {Set<() => void>} waiting */
function turn(waiting) {
  const now = [...waiting];
  waiting.clear();
  for (const act of now) {
    try {
      act();
    } catch (error) {
      reportError(error); // one who fails takes the turn from nobody
    }
  }
}
