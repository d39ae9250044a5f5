// One turn per animation frame for everything that draws: first all writes, then all measuring and scrolling.
//
// Measuring between two writes makes the browser lay the page out for each of them; this way it does so once.

/** @type {Set<() => void>} */
const drawing = new Set();
/** @type {Set<() => void>} */
const measuring = new Set();
let asked = false;

/**
 * Return a function that calls `draw` with the next frame: once, however often it is called. `draw` must not measure.
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
 * Call `act`, which measures or scrolls, when everything of this frame, or of the next one, is drawn.
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
    if (drawing.size + measuring.size > 0) ask(); // asked for in the meantime
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
      reportError(error); // one that fails must not stop the others
    }
  }
}
