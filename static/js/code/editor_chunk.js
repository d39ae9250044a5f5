// The editor is large, so it is loaded as a chunk of its own, once, when something on the page needs it.

/** @type {Promise<typeof import("../editor/editor.js")> | null} */
let loading = null;

/** Return a promise of the editor's module; a failed load is tried again at the next call. */
export function loadEditor() {
  loading ??= import("../editor/editor.js").catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** Return a promise of the module that compares two texts: few readers need it, so it is a chunk of its own. */
export const loadDiff = () => import("../editor/diff.js");
