// Starts a program of the text for an exhibit, as its own "Run this" does, and waits until it listens.

import { actions, store } from "../core/page.js";
import { hasEnded, isOfExample } from "../core/state.js";
import { endOf } from "../core/words.js";

/** Return whether the example `id` runs now, unchanged; with `runtime`, under that one. */
export function isRunningNow(state, id, runtime = "") {
  const { sandbox } = state;
  return sandbox?.state === "ready" && isOfExample(state, id) && (!runtime || (sandbox.runtime ?? runtime) === runtime);
}

/**
 * Return the sandbox in which the example `id` listens; start it unless it runs already, under `runtime` if one is
 * given. Throws as `startExample` does.
 */
export function runExample(id, signal, runtime = "") {
  if (isRunningNow(store.get(), id, runtime)) return Promise.resolve(store.get().sandbox);
  return startExample(id, signal, runtime);
}

/**
 * Start the example `id`, whatever runs, and return its sandbox once it listens.
 *
 * Throws an Error with a sentence for the learner when that fails, or when `signal` is aborted.
 */
export function startExample(id, signal, runtime = "") {
  const before = store.get().sandbox?.id;
  return new Promise((resolve, reject) => {
    let end = () => {};
    const finish = (settle, value) => {
      end();
      signal.removeEventListener("abort", stopped);
      settle(value);
    };
    const stopped = () => finish(reject, new Error("Stopped."));
    const look = () => {
      const { sandbox, runPending, runError } = store.get();
      if (runError) finish(reject, new Error(runError.message));
      else if (runPending || !sandbox || sandbox.id === before) return;
      else if (sandbox.state === "ready") finish(resolve, sandbox);
      else if (hasEnded(sandbox.state))
        finish(reject, new Error(endOf(sandbox) || "The program ended before it listened. Run it again."));
    };
    signal.addEventListener("abort", stopped);
    actions.loadExample(id, runtime);
    const ends = ["sandbox", "runPending", "runError"].map((name) =>
      store.subscribe(
        (state) => state[name],
        () => queueMicrotask(look),
      ),
    );
    end = () => ends.forEach((stop) => stop());
  });
}
