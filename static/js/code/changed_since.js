// While a program runs, the editor may hold a newer one: this is shown beside the file's name, until the next Run.

import { sameFiles } from "../core/drafts.js";
import { store } from "../core/page.js";
import { isAlive } from "../core/state.js";
import { h } from "../dom/h.js";

/** Compare what runs with what the editor holds from now on. */
export function tendChanges() {
  const head = document.querySelector("code-editor .editor-head");
  if (!head) return;
  const note = h(
    "span",
    { class: "changed-since", title: "The server still runs what you started. Run takes the new text.", hidden: true },
    "changed since Run",
  );
  head.querySelector(".save-state").before(note);
  store.subscribe(
    ({ sandbox, ran, workspace, files, runPending }) =>
      isAlive(sandbox) && !runPending && sandbox.exercise === workspace && !sameFiles(files, ran),
    (changed) => (note.hidden = !changed),
  );
}
