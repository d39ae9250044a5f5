// The one primitive for work that may be overtaken: the newest call wins, older ones are cancelled.

/** Thrown by a task that was overtaken or cancelled: callers usually ignore it. */
export class Cancelled extends Error {
  constructor() {
    super("This task was cancelled.");
    this.name = "Cancelled";
  }
}

/**
 * Make a slot in which at most one task runs.
 *
 * `start(work)` aborts the task before it, calls `work(signal)` and returns a promise of its result; a task that
 * was overtaken rejects with `Cancelled`, even when its work ignores the signal.
 */
export function taskSlot() {
  /** @type {AbortController | null} */
  let controller = null;

  function cancel() {
    controller?.abort();
    controller = null;
  }

  /**
   * @template Result
   * @param {(signal: AbortSignal) => Promise<Result> | Result} work
   * @returns {Promise<Result>}
   */
  async function start(work) {
    cancel();
    const own = new AbortController();
    controller = own;
    try {
      const result = await untilAborted(work(own.signal), own.signal);
      return result;
    } finally {
      if (controller === own) controller = null;
    }
  }

  return {
    start,
    cancel,
    get running() {
      return controller !== null;
    },
  };
}

/**
 * @template Result
 * @param {Promise<Result> | Result} promise
 * @param {AbortSignal} signal
 * @returns {Promise<Result>}
 */
function untilAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Cancelled()), { once: true });
    Promise.resolve(promise).then(resolve, reject);
  });
}
