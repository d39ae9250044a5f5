// The workspaces of this page and the learner's work in them: which one is open, and what the store shows of it.

import { sameFiles } from "./drafts.js";
import { noChecks, withWorkspace } from "./state.js";
import { Work } from "./work.js";

/**
 * The learner's work in every workspace of the page, tied to the store.
 *
 * `request(event, payload)` and `send(event, payload)` go to the lesson namespace; `storage` is localStorage.
 */
export class Workspaces {
  /** @type {Map<string, Work>} */
  #works = new Map();
  #store;
  #storage;
  #request;
  #send;

  /** @param {{store: PageStore, storage: Storage | null, request: Ask, send: Send}} options */
  constructor({ store, storage, request, send }) {
    this.#store = store;
    this.#storage = storage;
    this.#request = request;
    this.#send = send;
  }

  /** Show what the open workspace holds, including a draft of an earlier visit. */
  start() {
    this.#show(this.#current);
  }

  /** Send what is unsaved, in every workspace. */
  retry() {
    for (const work of this.#works.values()) work.save();
  }

  /** The page is being left. */
  leave() {
    for (const work of this.#works.values()) work.leave();
  }

  /** Nothing is kept any more, not even in this browser: the learner was deleted. */
  forget() {
    for (const name of Object.keys(this.#store.get().page.workspaces ?? {})) this.#workOf(name).forget();
  }

  /** Save the open workspace now. */
  save() {
    return this.#current.save();
  }

  /**
   * Take an edit of one open file.
   *
   * Undo would remove this edit as well: from here on the editor's own undo and the history do that better.
   *
   * @param {string} name
   * @param {string} text
   */
  edit(name, text) {
    this.#store.set({ undo: null });
    this.#current.edit({ ...this.#store.get().files, [name]: text });
  }

  /**
   * Replace the open files, which are saved first, by others; one click brings them back.
   *
   * @param {Files} files
   * @param {string} label
   */
  async replace(files, label) {
    const work = this.#current;
    const before = work.files;
    if (sameFiles(before, files)) return;
    await work.save();
    work.edit(files, true);
    this.#offerUndo(label, work.workspace, before);
  }

  /**
   * The server holds a version that this page may not have.
   *
   * @param {{exercise: string, version: number, files: Files}} told
   */
  arrived({ exercise, version, files }) {
    if (this.#has(exercise)) this.#workOf(exercise).arrived(version, files);
  }

  /**
   * Take the server's result of Reset, Restore or "use this", and keep the way back.
   *
   * @param {string} name
   * @param {{version: number, files: Files}} told
   * @param {string} label
   */
  restored(name, { version, files }, label) {
    const work = this.#workOf(name);
    const before = work.files;
    work.adopt(version, files);
    if (!sameFiles(before, files)) this.#offerUndo(label, name, before);
  }

  /** Bring back what the last replacement took away. */
  undo() {
    const { undo, workspace } = this.#store.get();
    this.#store.set({ undo: null });
    if (undo && undo.workspace === workspace) this.#current.edit(undo.files);
  }

  /**
   * Open another workspace; the one that was open is saved.
   *
   * @param {string} name
   */
  open(name) {
    const { workspace, checksOf } = this.#store.get();
    if (name === workspace || !this.#has(name)) return;
    this.#current.save();
    this.#store.set({ workspace: name, undo: null, checks: checksOf[name] ?? noChecks(), highlightedLine: null });
    this.#show(this.#workOf(name));
  }

  /**
   * End a conflict: keep "mine" or take "theirs".
   *
   * @param {"mine" | "theirs"} choice
   */
  resolve(choice) {
    const { files, workspace } = this.#store.get();
    this.#current.resolve(choice);
    if (choice === "theirs") this.#offerUndo("Took the other copy.", workspace, files);
  }

  get #current() {
    return this.#workOf(this.#store.get().workspace);
  }

  /** @param {string} name */
  #has(name) {
    return Boolean(this.#store.get().page.workspaces?.[name]);
  }

  /** @param {string} name */
  #workOf(name) {
    const known = this.#works.get(name);
    if (known) return known;
    const { page } = this.#store.get();
    const { files, version } = page.workspaces[name];
    const work = new Work({
      learner: page.learner_tag ?? "",
      slug: page.slug,
      workspace: name,
      files,
      version,
      storage: this.#storage,
      request: this.#request,
      send: this.#send,
      onChange: (changed) => this.#show(changed),
    });
    this.#works.set(name, work);
    return work;
  }

  /** @param {Work} work */
  #show(work) {
    const state = this.#store.get();
    const kept = { files: work.files, version: work.version };
    const { state: saveState, message: saveMessage, refusal: saveRefusal, conflict } = work;
    const open = { ...kept, saveState, saveMessage, saveRefusal, conflict };
    const patch = withWorkspace(state, work.workspace, kept);
    this.#store.set(work.workspace === state.workspace ? { ...patch, ...open } : patch);
  }

  /**
   * @param {string} label
   * @param {string} workspace
   * @param {Files} files
   */
  #offerUndo(label, workspace, files) {
    this.#store.set({ undo: { label, workspace, files } });
  }
}
