// In development: what the store takes over from a page whose lesson was saved again.

import { checksFromPage } from "../core/state.js";

/**
 * The lesson's content is new, the learner's own is left alone.
 *
 * @param {PageState} state
 * @param {PageData} fresh
 * @returns {Patch}
 */
export function onNewText(state, fresh) {
  const workspaces = { ...state.page.workspaces };
  const checksOf = { ...state.checksOf };
  for (const [name, told] of Object.entries(fresh.workspaces ?? {})) {
    const known = workspaces[name];
    const { title, events, hints, total, url, runtimes } = told;
    const runtime = runtimes.some(({ id }) => id === known?.runtime) ? known.runtime : told.runtime;
    workspaces[name] = known ? { ...known, title, events, hints, total, url, runtimes, runtime } : told;
    checksOf[name] ??= checksFromPage(told);
  }
  return { page: { ...state.page, title: fresh.title, examples: fresh.examples, workspaces }, checksOf };
}
