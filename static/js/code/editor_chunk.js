// The editor is large, so it comes in a chunk of its own, once, when something on the page wants it.

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

/** Return a promise of the module that compares two texts: few readers ask for it, so it is a piece of its own. */
export const loadDiff = () => import("../editor/diff.js");
