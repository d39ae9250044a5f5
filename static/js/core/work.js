// One workspace's files on their way to the server: kept here at once, sent within a second, never lost to another tab.

import { draftsOf, sameFiles } from "./drafts.js";
import { SAVE } from "./events.js";

const SAVE_DELAY_MS = 700;
const RETRY_MS = 5_000;
const NO_ROOM = "This browser has no room for a local copy; your code is kept on the server only.";
const WORTH_RETRYING = new Set(["timeout", "bad_reply", "too_often", "busy"]);

/**
 * @typedef {{
 *   learner?: string,
 *   slug: string,
 *   workspace: string,
 *   files: Files,
 *   version?: number,
 *   storage: Storage | null,
 *   request: Ask,
 *   send?: Send,
 *   onChange?: (work: Work) => void,
 *   delay?: number,
 * }} WorkOptions
 */

/**
 * The learner's work in one workspace.
 *
 * Fields: `files`, `version` (the server's version that `files` are based on), `state` ("saved", "saving", "local" =
 * kept in this browser only, "offline", "conflict"), `message` (why it is not saved, or ""), `conflict` ({version,
 * files} of the other copy, or null). `onChange(work)` hears every change of them.
 */
export class Work {
  #saved;
  #drafts;
  #request;
  #send;
  #onChange;
  #delay;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Promise<void> | null} */
  #saving = null;
  #loaded = false;
  #forgotten = false;

  /** @param {WorkOptions} place */
  constructor({
    learner = "",
    slug,
    workspace,
    files,
    version = 0,
    storage,
    request,
    send,
    onChange,
    delay = SAVE_DELAY_MS,
  }) {
    this.workspace = workspace;
    this.files = files;
    this.version = version;
    /** @type {SaveState} */
    this.state = "saved";
    this.message = "";
    /** What the server said when it would not keep this, until it keeps something again; or "". */
    this.refusal = "";
    /** @type {ServerFiles | null} */
    this.conflict = null;
    this.#saved = files;
    this.#request = request;
    this.#send = send ?? (() => {});
    this.#onChange = onChange ?? (() => {});
    this.#delay = delay;
    this.#drafts = draftsOf({ learner, slug, workspace, storage });
    this.#takeUpDraft();
  }

  /** True while the server does not have what the learner sees. */
  get unsaved() {
    return !sameFiles(this.files, this.#saved);
  }

  /**
   * Take the learner's edit: kept in this browser before this returns, sent to the server after the delay. What was
   * `loaded` rather than typed gets a version of its own there, in addition to the one that it replaced.
   *
   * @param {Files} files
   * @param {boolean} loaded
   */
  edit(files, loaded = false) {
    this.files = files;
    this.#loaded ||= loaded;
    const kept = this.#keep();
    if (this.unsaved && !this.conflict) this.#saveAfter(this.#delay);
    this.#tell(this.conflict ? "conflict" : this.unsaved ? "local" : "saved", kept ? "" : NO_ROOM);
  }

  /** Send what is unsaved now; resolves when the server has answered. */
  async save() {
    this.#cancelTimer();
    while (this.#saving) await this.#saving;
    if (!this.unsaved || this.conflict || this.#forgotten) return;
    const sent = this.files;
    this.#saving = this.#sendOnce();
    await this.#saving;
    // Typed meanwhile. What was refused is not sent again by itself: the answer would be the same.
    if (this.files !== sent && this.unsaved && this.state === "local") this.#saveAfter(this.#delay);
  }

  /** The page is being left: send without waiting. The draft stays until a later visit sees that it arrived. */
  leave() {
    if (!this.unsaved || this.conflict || this.#forgotten) return;
    this.#keep();
    this.#send(SAVE, this.#payload());
  }

  /** The learner was deleted: the drafts go, and nothing is kept or sent from here on. */
  forget() {
    this.#cancelTimer();
    this.#forgotten = true;
    this.#drafts.dropAll();
  }

  /**
   * The server holds `version`, made in another tab, on another device, or by Reset and Restore.
   *
   * @param {number} version
   * @param {Files} files
   */
  arrived(version, files) {
    if (version <= this.version) return;
    if (!this.unsaved || sameFiles(files, this.files)) this.adopt(version, files);
    else if (sameFiles(files, this.#saved)) this.version = version;
    else if (!this.#saving) this.#standBeside({ version, files });
  }

  /**
   * Make the server's `files` of `version` the learner's own.
   *
   * @param {number} version
   * @param {Files} files
   */
  adopt(version, files) {
    this.#cancelTimer();
    this.#drafts.dropThrough(version);
    this.version = version;
    this.files = files;
    this.#saved = files;
    this.refusal = "";
    this.conflict = null;
    this.#tell("saved");
  }

  /**
   * End a conflict: keep "mine" (saved as the newest version) or take "theirs".
   *
   * @param {"mine" | "theirs"} choice
   */
  resolve(choice) {
    if (!this.conflict) return;
    const { version, files } = this.conflict;
    if (choice === "theirs") {
      this.adopt(version, files);
      return;
    }
    this.conflict = null;
    this.version = version;
    this.#saved = files;
    this.edit(this.files);
    this.save();
  }

  #payload() {
    return { exercise: this.workspace, files: this.files, base_version: this.version, loaded: this.#loaded };
  }

  #takeUpDraft() {
    const draft = this.#drafts.all()[0];
    if (!draft || sameFiles(draft.files, this.files)) {
      this.#drafts.dropThrough(this.version);
      return;
    }
    const server = { version: this.version, files: this.files };
    this.files = draft.files;
    if (draft.base < this.version && !sameFiles(draft.from, server.files)) {
      this.conflict = server;
      this.state = "conflict";
    } else {
      this.state = "local";
      this.#saveAfter(0);
    }
  }

  async #sendOnce() {
    const { files } = this;
    const payload = this.#payload();
    this.#tell("saving");
    try {
      const { version } = await this.#request(SAVE, payload);
      this.#confirmed(version, files);
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#saving = null;
    }
  }

  /**
   * @param {number} version
   * @param {Files} files
   */
  #confirmed(version, files) {
    this.#saved = files;
    this.refusal = "";
    this.#loaded = false;
    this.#drafts.dropThrough(this.version);
    this.version = version;
    if (this.unsaved) this.#keep();
    this.#tell(this.unsaved ? "local" : "saved");
  }

  /** @param {any} error */
  #refused(error) {
    const newer = error.reply?.newer ?? error.reply?.error?.newer;
    if (error.code === "conflict" && newer) {
      if (sameFiles(newer.files, this.files)) this.adopt(newer.version, newer.files);
      else if (sameFiles(newer.files, this.#saved)) this.#growOutOf(newer.version);
      else this.#standBeside({ version: newer.version, files: newer.files });
      return;
    }
    if (WORTH_RETRYING.has(error.code)) this.#saveAfter(RETRY_MS);
    else if (error.code !== "offline") this.refusal = error.message;
    this.#tell(error.code === "offline" ? "offline" : "local", error.code === "offline" ? "" : error.message);
  }

  /**
   * A newer version with exactly the text that this edit began from (a check keeps one, for example): nothing is
   * overwritten.
   *
   * @param {number} version
   */
  #growOutOf(version) {
    this.version = version;
    this.#keep();
    this.#saveAfter(0);
    this.#tell("local");
  }

  /** @param {ServerFiles} other */
  #standBeside(other) {
    this.#cancelTimer();
    this.conflict = other;
    this.#keep();
    this.#tell("conflict");
  }

  #keep() {
    if (this.#forgotten) return true;
    if (this.unsaved || this.conflict) return this.#drafts.write(this.version, this.files, this.#saved);
    this.#drafts.dropThrough(this.version);
    return true;
  }

  /** @param {number} delay */
  #saveAfter(delay) {
    if (this.#timer !== undefined || this.#forgotten) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.save();
    }, delay);
  }

  #cancelTimer() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /**
   * @param {SaveState} state
   * @param {string} message
   */
  #tell(state, message = "") {
    this.state = state;
    this.message = message;
    this.#onChange(this);
  }
}
