// One small observable store for each page. It knows nothing about the DOM or the network.

/**
 * @template State
 * @typedef {{select: (state: State) => any, hear: (value: any, before: any) => void, value: any}} Subscription
 */

/**
 * Make a store.
 *
 * `subscribe(select, hear)` calls `hear(value, before)` at once (with `before` undefined) and again whenever
 * `select(state)` is no longer the same value (`Object.is`); it returns the function that ends the subscription.
 * State is never changed in place: `set` takes a patch, or a function from the state to a patch.
 *
 * @template {object} State
 * @param {State} initial
 * @returns {Store<State>}
 */
export function createStore(initial) {
  let state = { ...initial };
  /** @type {Set<Subscription<State>>} */
  const subscriptions = new Set();

  /** @param {Subscription<State>} subscription */
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
