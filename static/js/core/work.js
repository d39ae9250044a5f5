// The workspaces of this page and the learner's work in them: which one is open, and what the store shows of it.

import { sameFiles } from "./drafts.js";
import { Work } from "./saving.js";
import { SCRATCH, noChecks, withWorkspace } from "./state.js";

/**
 * Tie the learner's work to the store.
 *
 * `request(event, payload)` and `send(event, payload)` go to the lesson namespace; `storage` is localStorage.
 */
export function keepWork({ store, storage, request, send }) {
  const works = new Map();

  function workOf(name) {
    if (!works.has(name)) {
      const { page } = store.get();
      const { files, version } = page.workspaces[name];
      works.set(
        name,
        new Work({
          learner: page.learner_tag ?? "",
          slug: page.slug,
          workspace: name,
          files,
          version,
          storage,
          request,
          send,
          onChange: show,
        }),
      );
    }
    return works.get(name);
  }

  function show(work) {
    const kept = { files: work.files, version: work.version };
    const patch = withWorkspace(store.get(), work.workspace, kept);
    if (work.workspace === store.get().workspace) {
      Object.assign(patch, kept, { saveState: work.state, saveMessage: work.message, conflict: work.conflict });
    }
    store.set(patch);
  }

  function current() {
    return workOf(store.get().workspace);
  }

  /** Put other files in the place of the open ones, which are saved first; one click brings those back. */
  async function replace(files, label) {
    const work = current();
    const before = work.files;
    if (sameFiles(before, files)) return;
    await work.save();
    work.edit(files, true);
    store.set({ undo: { label, workspace: work.workspace, files: before } });
  }

  return {
    start: () => show(current()),
    retry: () => works.forEach((work) => work.save()),
    leave: () => works.forEach((work) => work.leave()),
    save: () => current().save(),
    edit(name, text) {
      // Undo would take this edit away as well: from here on the editor's own undo and the history do that better.
      store.set({ undo: null });
      current().edit({ ...store.get().files, [name]: text });
    },
    replace,
    arrived({ exercise, version, files }) {
      if (store.get().page.workspaces?.[exercise]) workOf(exercise).arrived(version, files);
    },
    /** Take what the server made of Reset, Restore or "use this", and keep the way back. */
    restored(name, { version, files }, label) {
      const work = workOf(name);
      const before = work.files;
      work.adopt(version, files);
      if (!sameFiles(before, files)) store.set({ undo: { label, workspace: name, files: before } });
    },
    undo() {
      const { undo, workspace } = store.get();
      store.set({ undo: null });
      if (undo && undo.workspace === workspace) current().edit(undo.files);
    },
    open(name) {
      const { page, workspace, checksOf } = store.get();
      if (name === workspace || !page.workspaces?.[name]) return;
      current().save();
      store.set({ workspace: name, undo: null, checks: checksOf[name] ?? noChecks(), highlightedLine: null });
      show(workOf(name));
    },
    resolve(choice) {
      const { files, workspace } = store.get();
      current().resolve(choice);
      if (choice === "theirs") store.set({ undo: { label: "Took the other copy.", workspace, files } });
    },
    scratch: SCRATCH,
  };
}
