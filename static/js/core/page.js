// The page's store and everything a learner can do on it. Elements import {store, actions, define} and nothing else
// from the core.

import * as EVENTS from "./events.js";
import { readPageData } from "./page_data.js";
import { openSocket, RequestFailed } from "./socket.js";
import {
  isAlive,
  noChecks,
  onCheckFinished,
  onCheckResult,
  onCheckWaits,
  onFaults,
  onMarks,
  onOutput,
  onRunAcknowledged,
  onSandboxState,
  onTrace,
  SCRATCH,
  stateFromPage,
  withChecks,
  withWorkspace,
} from "./state.js";
import { createStore } from "./store.js";
import { Workspaces } from "./workspaces.js";

const RUN_TIMEOUT_MS = 20_000;
const EMPTY_PAGE = {
  kind: "page",
  slug: "",
  namespace: "",
  workspaces: {},
  examples: {},
  run: { available: true, reason: "" },
};

/** @type {PageData | null} */
let data = null;

/**
 * The page's store: set once `ready` has resolved, and therefore for every element that is defined by `define`.
 *
 * @type {PageStore}
 */
export let store = /** @type {any} */ (null);

/** Resolves when the page's data are loaded. Nothing awaits it at the top of a module: see frontend/build.mjs. */
export const ready = readPageData(document).then((told) => {
  data = told;
  store = createStore(stateFromPage({ ...EMPTY_PAGE, ...data }));
});

/**
 * Define an element that uses the store, as soon as there is one.
 *
 * @param {string} name
 * @param {CustomElementConstructor} element
 */
export function define(name, element) {
  if (store) customElements.define(name, element);
  else ready.then(() => customElements.define(name, element));
}

/** @type {ReturnType<typeof openSocket> | null} */
let link = null;
/** @type {Ask} */
const request = (event, payload, options) =>
  link ? link.request(event, payload, options) : Promise.reject(new RequestFailed("offline"));
/** @type {Workspaces} */
let work = /** @type {any} */ (null);
/** @type {Promise<typeof import("./inside.js")> | null} */
let insideCode = null; // one promise for all reports: they must reach the store in the order in which they came

/**
 * Connect to the lesson namespace, and keep the learner's work. Call once, when the page is `ready` and before elements
 * are defined.
 *
 * A page without page data (the map, an error page) gets no connection. Returns whether there is page data.
 */
export function startPage() {
  if (!data) return false;
  const { page } = store.get();
  /** @type {Send} */
  const send = (event, payload) => link?.send(event, payload);
  // A save that can't be sent fails at once: it is tried again automatically when the connection is back.
  /** @type {Ask} */
  const saving = (event, payload) =>
    store.get().connection === "offline" ? Promise.reject(new RequestFailed("offline")) : request(event, payload);
  work = new Workspaces({ store, storage: ownStorage(), request: saving, send });
  if (Object.keys(page.workspaces ?? {}).length > 0) work.start();
  if (page.namespace) link = openSocket(page.namespace, { handlers, onConnection });
  window.addEventListener("pagehide", () => work.leave());
  window.addEventListener("pageshow", (event) => event.persisted && work.retry());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && work.retry());
  return true;
}

/** Return localStorage, or null where the browser forbids it: then nothing is kept here, only on the server. */
function ownStorage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/**
 * @param {Connection} connection
 * @param {string} reason
 */
function onConnection(connection, reason) {
  store.set((state) => ({
    connection,
    connectionReason: reason,
    everOnline: state.everOnline || connection === "online",
  }));
  if (connection !== "online") return;
  if (store.get().runError?.code === "offline") store.set({ runError: null });
  work.retry();
  askAfterSandbox();
}

/** While the connection was lost the program may have ended unnoticed, with the whole site for example. */
async function askAfterSandbox() {
  const asked = store.get().sandbox;
  if (!isAlive(asked)) return;
  try {
    await request(EVENTS.KEEP_ALIVE, {});
  } catch (error) {
    if (!(error instanceof RequestFailed) || error.code !== "not_running") return;
    const reason = "Your server ended while the page was not connected. Press Run to start it again.";
    store.set((state) =>
      onSandboxState(state, { ...state.sandbox, id: asked.id, state: "stopped", code: "lost", reason }),
    );
  }
}

/**
 * Reports from inside the program are read by code that is loaded with the first of them.
 *
 * @param {any} told
 */
function hearInside(told) {
  insideCode ??= import("./inside.js");
  insideCode.then(
    ({ onInside }) => store.set((state) => onInside(state, told)),
    () => {
      insideCode = null;
    },
  );
}

/** The learner was deleted, in another tab: nothing is sent or kept here any more. */
function forgotten() {
  link?.close();
  work.forget();
  store.set({ forgotten: true });
}

/** @type {Record<string, (told: any) => void>} */
const handlers = {
  [EVENTS.SANDBOX_STATE]: (told) => store.set((state) => onSandboxState(state, told)),
  [EVENTS.SANDBOX_OUTPUT]: (told) => store.set((state) => onOutput(state, told)),
  [EVENTS.SANDBOX_TRACE]: (told) => store.set((state) => onTrace(state, told)),
  [EVENTS.SANDBOX_INSIDE]: hearInside,
  [EVENTS.SANDBOX_MARKS]: (told) => store.set((state) => onMarks(state, told)),
  [EVENTS.SANDBOX_FAULTS]: (told) => store.set((state) => onFaults(state, told)),
  [EVENTS.CHECK_WAITS]: (told) => store.set((state) => onCheckWaits(state, told)),
  [EVENTS.CHECK_RESULT]: (told) => store.set((state) => onCheckResult(state, told)),
  [EVENTS.CHECK_FINISHED]: (told) => store.set((state) => onCheckFinished(state, told)),
  [EVENTS.WORK_SAVED]: (told) => work.arrived(told),
  [EVENTS.VOTES]: ({ question, ...votes }) => store.set((state) => ({ votes: { ...state.votes, [question]: votes } })),
  [EVENTS.PRESENCE]: ({ here }) => store.set({ presence: here }),
  [EVENTS.PROGRESS]: (told) => store.set({ progress: told }),
  [EVENTS.FORGOTTEN]: forgotten,
  [EVENTS.LESSON_CHANGED]: () => store.set((state) => ({ savedAnew: state.savedAnew + 1 })),
};

/** Everything a learner can do. Those that return promises reject with RequestFailed (code, message). */
export const actions = {
  async run() {
    const { files, page, workspace: exercise, runPending } = store.get();
    if (!page.run.available) {
      store.set({ runError: { code: "run_unavailable", message: page.run.reason } });
      return;
    }
    if (runPending) return;
    store.set({ runPending: true, runError: null });
    try {
      const started = { exercise, files, runtime: page.workspaces[exercise].runtime };
      const { sandbox } = await request(EVENTS.RUN, started, { timeout: RUN_TIMEOUT_MS });
      store.set((state) => onRunAcknowledged(state, sandbox, started));
    } catch (error) {
      store.set({ runPending: false, runError: toldError(error) });
    }
  },

  async stop() {
    if (!isAlive(store.get().sandbox)) return;
    await reported(request(EVENTS.STOP, {}));
  },

  /**
   * Put a fault on a client's connection or take it back, kill the server, restart it; resolves to null if that
   * failed.
   *
   * @param {object} asked
   */
  fault: (asked) => reported(request(EVENTS.FAULT, asked)),

  async keepAlive() {
    const reply = await reported(request(EVENTS.KEEP_ALIVE, {}));
    if (reply) store.set((state) => ({ sandbox: state.sandbox && { ...state.sandbox, code: "", reason: "" } }));
  },

  async check() {
    const { workspace, checks, page } = store.get();
    if (checks.running || !page.workspaces[workspace]?.total) return;
    const begun = { ...noChecks(), running: true, total: checks.total, files: store.get().files };
    store.set((state) => withChecks(state, workspace, begun));
    // The server keeps what is checked as a version: save first, so that the next keystroke builds on that version.
    await work.save();
    const { files } = store.get();
    try {
      const reply = await request(EVENTS.CHECK, { exercise: workspace, files }, { timeout: RUN_TIMEOUT_MS });
      store.set((state) =>
        withChecks(state, workspace, { run: reply.check_run, total: reply.total, tasks: reply.tasks }),
      );
    } catch (error) {
      store.set((state) => withChecks(state, workspace, { ...checks, running: false, error: toldError(error) }));
    }
  },

  /**
   * @param {string} name
   * @param {string} text
   */
  edit: (name, text) => work.edit(name, text),
  save: () => work.save(),
  /**
   * Replace the open files by others; Undo brings them back.
   *
   * @param {Files} files
   * @param {string} label
   */
  replaceFiles: (files, label) => work.replace(files, label),
  /** @param {string} name */
  openWorkspace: (name) => work.open(name),
  undo: () => work.undo(),
  dismissUndo: () => store.set({ undo: null }),
  /** @param {"mine" | "theirs"} choice */
  resolveConflict: (choice) => work.resolve(choice),

  /**
   * Put an example of the text into the scratch workspace and run it, under its own runtime unless `runtime` names
   * another; Undo brings back what was there.
   *
   * @param {string} id
   * @param {string} runtime
   */
  async loadExample(id, runtime = "") {
    const { page } = store.get();
    const example = page.examples?.[id];
    if (!example) return;
    store.set({ runError: null }); // of another program
    work.open(SCRATCH);
    await work.replace({ "server.py": example.source, ...example.client }, `Loaded “${example.title}”.`);
    actions.chooseRuntime(runtime || example.runtime);
    actions.run();
  },

  /**
   * Choose the runtime of the open workspace's program, from its next start on.
   *
   * @param {string} runtime
   */
  chooseRuntime: (runtime) => store.set((state) => withWorkspace(state, state.workspace, { runtime })),

  reset: () => restore({ to: "starter" }, "Reset to the starting code."),
  useSolution: () => restore({ to: "solution" }, "The solution is in your editor."),
  /** @param {number} version */
  restoreVersion: (version) => restore({ version }, `Restored version ${version}.`),
  /**
   * A page of the open workspace's earlier versions: those before one of them, or the newest.
   *
   * @param {number | null} before
   */
  history: (before = null) => request(EVENTS.HISTORY, { exercise: store.get().workspace, before }),
  /** @param {number} version */
  version: (version) => request(EVENTS.VERSION, { exercise: store.get().workspace, version }),
  /** @param {string} exercise */
  solution: (exercise) => request(EVENTS.SOLUTION, { exercise }),

  /**
   * @param {string} exercise
   * @param {number} step
   */
  async hint(exercise, step) {
    const reply = await request(EVENTS.HINT, { exercise, step });
    const seen = [...(store.get().page.workspaces[exercise]?.hints_seen ?? [])];
    seen[reply.step - 1] = reply.text_html;
    store.set((state) => withWorkspace(state, exercise, { hints_seen: seen, hints: reply.total }));
    return reply;
  },

  /**
   * Commit an answer; `role` is "prediction" or "question". Resolves to the verdict with its reasons.
   *
   * @param {string} question
   * @param {{role?: string, choices?: string[], text?: string}} answer
   */
  answer(question, { role = "question", choices = [], text = "" } = {}) {
    const event = role === "prediction" ? EVENTS.PREDICT : EVENTS.ANSWER;
    return request(event, { question, choices, text });
  },

  clearTrace: () => store.set({ traceRows: [], traceMarks: [], traceDropped: 0 }),
  clearOutput: () => store.set({ output: [] }),
  /** @param {number | null} line */
  highlight: (line) => store.set({ highlightedLine: line }),

  /**
   * Announce something to everybody, screen readers included: "status" waits its turn, "alert" interrupts.
   *
   * @param {string} text
   * @param {"status" | "alert"} kind
   */
  announce: (text, kind = "status") =>
    store.set((state) => ({ notice: { text, kind, count: state.notice.count + 1 } })),
};

/**
 * @param {{to: string} | {version: number}} to
 * @param {string} label
 */
async function restore(to, label) {
  const { workspace } = store.get();
  await work.save();
  const reply = await reported(request(EVENTS.RESTORE, { exercise: workspace, ...to }));
  if (!reply) return false;
  work.restored(workspace, reply, label);
  actions.announce(`${label} Undo brings your code back.`);
  return true;
}

/**
 * Wait for a request whose failure is shown in the alert line, for want of a better place; null when it failed.
 *
 * @param {Promise<any>} promise
 */
async function reported(promise) {
  try {
    return await promise;
  } catch (error) {
    actions.announce(toldError(error).message, "alert");
    return null;
  }
}

/**
 * @param {unknown} error
 * @returns {ToldError}
 */
function toldError(error) {
  if (error instanceof RequestFailed) return { code: error.code, message: error.message };
  throw error;
}
