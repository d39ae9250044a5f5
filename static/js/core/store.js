// One small observable store for each page. Knows nothing of the DOM or of the network.

/**
 * Make a store.
 *
 * `subscribe(select, hear)` calls `hear(value, before)` at once (with `before` undefined) and again whenever
 * `select(state)` is no longer the same value (`Object.is`); it returns the function that ends the subscription.
 * State is never changed in place: `set` takes a patch, or a function from the state to a patch.
 */
export function createStore(initial) {
  let state = { ...initial };
  const subscriptions = new Set();

  function tell(subscription) {
    const value = subscription.select(state);
    if (Object.is(value, subscription.value)) return;
    const before = subscription.value;
    subscription.value = value;
    subscription.hear(value, before);
  }

  return {
    get: () => state,
    set(patch) {
      const changes = typeof patch === "function" ? patch(state) : patch;
      state = { ...state, ...changes };
      for (const subscription of [...subscriptions]) {
        if (subscriptions.has(subscription)) tell(subscription);
      }
    },
    subscribe(select, hear) {
      const subscription = { select, hear, value: select(state) };
      subscriptions.add(subscription);
      hear(subscription.value, undefined);
      return () => subscriptions.delete(subscription);
    },
  };
}
