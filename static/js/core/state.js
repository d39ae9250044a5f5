// What the page knows, and how each announcement changes it. Pure: values in, patches out.

export const SCRATCH = "scratch";
export const TRACE_CAP = 500;
export const MARKS_CAP = 300;
const OUTPUT_CAP = 1_000;
const ENDED = new Set(["stopped", "crashed", "limited"]);
/** @type {Inside} */
const NOTHING_INSIDE = { handlers: [], rooms: [] };
const CAN_BE_STOPPED = new Set(["queued", "starting", "ready"]);

/**
 * Return whether a sandbox's state is final.
 *
 * @param {string | undefined} state
 * @returns {boolean}
 */
export function hasEnded(state) {
  return ENDED.has(state ?? "");
}

/**
 * Return whether this sandbox (or null) can be stopped.
 *
 * @param {Sandbox | null} sandbox
 * @returns {sandbox is Sandbox}
 */
export function isAlive(sandbox) {
  return sandbox !== null && CAN_BE_STOPPED.has(sandbox.state);
}

/**
 * Return whether the newest run was started from the example `id` of the text, unchanged.
 *
 * @param {Pick<PageState, "page" | "sandbox" | "ran">} state
 * @param {string} id
 */
export function isOfExample({ page, sandbox, ran }, id) {
  const example = page.examples?.[id];
  return Boolean(example) && sandbox?.exercise === SCRATCH && ran["server.py"] === example.source;
}

/**
 * Return the title of the running program when it is not the editor's, otherwise "".
 *
 * @param {Pick<PageState, "page" | "sandbox" | "workspace">} state
 */
export function otherProgram({ page, sandbox, workspace }) {
  if (!sandbox?.exercise || sandbox.exercise === workspace) return "";
  return page.workspaces[sandbox.exercise]?.title ?? "another program";
}

/**
 * Return the name of the running program's runtime; "" if that is the default one and nothing else is offered.
 *
 * @param {Pick<PageState, "page" | "sandbox">} state
 */
export function runtimeOf({ page, sandbox }) {
  const offered = page.workspaces[sandbox?.exercise ?? ""]?.runtimes ?? [];
  const runtime = sandbox?.runtime ?? offered[0]?.id;
  if (offered.length < 2 && runtime === "threading") return "";
  return offered.find(({ id }) => id === runtime)?.name ?? "";
}

/**
 * Return the first state of the page's store, from the data the server rendered into it.
 *
 * @param {PageData} page
 * @returns {PageState}
 */
export function stateFromPage(page) {
  const { workspaces = {} } = page;
  const workspace =
    page.open !== undefined && workspaces[page.open] ? page.open : (Object.keys(workspaces)[0] ?? SCRATCH);
  const checksOf = Object.fromEntries(Object.entries(workspaces).map(([name, work]) => [name, checksFromPage(work)]));
  return {
    page,
    workspace,
    files: workspaces[workspace]?.files ?? {},
    version: workspaces[workspace]?.version ?? 0,
    saveState: "saved",
    saveMessage: "",
    saveRefusal: "",
    conflict: null,
    undo: null,
    connection: "connecting",
    connectionReason: "",
    everOnline: false,
    sandbox: page.sandbox ? sandboxFrom(page.sandbox, null) : null,
    // The files that the sandbox was started with.
    ran: page.sandbox?.files ?? workspaces[page.sandbox?.exercise ?? ""]?.files ?? {},
    runPending: false,
    runError: null,
    output: page.sandbox?.output ?? [],
    traceRows: (page.sandbox?.trace ?? []).slice(-TRACE_CAP),
    traceMarks: page.sandbox?.marks ?? [],
    traceDropped: 0,
    inside: page.sandbox?.inside ?? NOTHING_INSIDE,
    faults: page.sandbox?.faults ?? {},
    checks: checksOf[workspace] ?? noChecks(),
    checksOf,
    votes: votesFromPage(page),
    progress: null,
    presence: page.here ?? null,
    highlightedLine: null,
    savedAnew: 0,
    lessonChanged: false,
    forgotten: false,
    notice: { text: "", kind: "status", count: 0 },
  };
}

/**
 * @param {PageData} page
 * @returns {Record<string, Votes>}
 */
function votesFromPage(page) {
  return Object.fromEntries(
    Object.entries(page.answered ?? {}).flatMap(([question, { votes }]) => (votes ? [[question, votes]] : [])),
  );
}

/**
 * Return the checks of a workspace that has never been checked.
 *
 * @returns {Checks}
 */
export function noChecks() {
  return { run: null, running: false, results: [], passed: 0, total: 0, tasks: [], error: null, place: 0 };
}

/**
 * Return the checks of a workspace from the page's data.
 *
 * @param {Workspace} work
 * @returns {Checks}
 */
export function checksFromPage(work) {
  const results = work.results ?? [];
  const passed = results.length > 0 ? results.filter((each) => each.outcome === "passed").length : (work.passed ?? 0);
  return { ...noChecks(), results, passed, total: work.total || results.length, files: work.checked ?? work.files };
}

/**
 * Return the store's form of a sandbox as the server describes it; `known` is what was known about the same one.
 *
 * @param {ToldSandbox} told
 * @param {Sandbox | null} known
 * @param {number} now
 * @returns {Sandbox}
 */
function sandboxFrom(told, known, now = Date.now() / 1000) {
  const same = known?.id === told.id ? known : null;
  const started = told.started_at ?? null;
  return {
    id: told.id,
    url: told.url ?? same?.url ?? `/sandbox/${told.id}/`,
    exercise: told.exercise ?? same?.exercise ?? null,
    runtime: told.runtime ?? same?.runtime ?? null,
    client: told.client ?? same?.client ?? false,
    state: told.state ?? same?.state ?? "starting",
    reason: told.reason ?? "",
    code: told.code ?? "",
    error: told.error ?? null,
    queuePosition: told.queue_position ?? null,
    // The two clocks may differ: a start in the future would count backwards.
    startedAt: same?.startedAt ?? (started === null ? null : Math.min(started, now)),
    limits: told.limits ?? same?.limits ?? null,
    starts: told.starts ?? same?.starts ?? 1,
  };
}

/**
 * A new sandbox begins with an empty log and an empty wire.
 *
 * @param {Sandbox} sandbox
 * @param {Files} ran
 * @returns {Patch}
 */
function freshSandbox(sandbox, ran) {
  return {
    sandbox,
    ran,
    output: [],
    traceRows: [],
    traceMarks: [],
    traceDropped: 0,
    inside: NOTHING_INSIDE,
    faults: {},
    highlightedLine: null,
  };
}

/**
 * `sandbox_state`, and the acknowledgement of `run`. A late message about an older sandbox changes nothing.
 *
 * @param {PageState} state
 * @param {ToldSandbox} told
 * @returns {Patch}
 */
export function onSandboxState(state, told) {
  if (!told.id) return {};
  if (state.sandbox?.id === told.id) {
    // A killed server that was started again has the same address and goes on; only its clock starts again.
    const again = (told.starts ?? 1) > state.sandbox.starts;
    if (hasEnded(state.sandbox.state) && !hasEnded(told.state) && !again) return {};
    const sandbox = { ...sandboxFrom(told, state.sandbox), ...(again && { startedAt: null }) };
    return { sandbox, highlightedLine: sandbox.error?.line ?? null };
  }
  if (hasEnded(told.state)) return {};
  const ran = state.page.workspaces?.[told.exercise ?? ""]?.files ?? {}; // another tab's came here first
  return { ...freshSandbox(sandboxFrom(told, null), ran), runError: null };
}

/**
 * The acknowledgement of `run` with these files; the announcement of the same sandbox may have come before it and knows
 * more.
 *
 * @param {PageState} state
 * @param {ToldSandbox} told
 * @param {{exercise: string, files: Files, runtime: string}} started
 * @returns {Patch}
 */
export function onRunAcknowledged(state, told, { exercise, files, runtime }) {
  if (state.sandbox?.id === told.id) {
    const sandbox = {
      ...state.sandbox,
      runtime,
      url: told.url ?? state.sandbox.url,
      limits: told.limits ?? state.sandbox.limits,
    };
    return { sandbox, ran: files, runPending: false };
  }
  return {
    ...freshSandbox(sandboxFrom({ ...told, exercise, runtime }, null), files),
    runPending: false,
    runError: null,
  };
}

/**
 * `sandbox_output`: one piece; no change when it belongs to another sandbox.
 *
 * @param {PageState} state
 * @param {{id: string} & OutputPiece} told
 * @returns {Patch}
 */
export function onOutput(state, { id, stream, text }) {
  if (state.sandbox?.id !== id) return {};
  return { output: [...state.output, { stream, text }].slice(-OUTPUT_CAP) };
}

/**
 * `sandbox_trace`: rows keep their identity, so that a list can tell the new ones from those it has drawn.
 *
 * @param {PageState} state
 * @param {{id: string, rows?: TraceRow[], dropped?: number}} told
 * @returns {Patch}
 */
export function onTrace(state, { id, rows = [], dropped = 0 }) {
  if (state.sandbox?.id !== id) return {};
  return {
    traceRows: [...state.traceRows, ...rows].slice(-TRACE_CAP),
    traceDropped: state.traceDropped + dropped,
  };
}

/**
 * `sandbox_marks`: what happened to the connections; as with rows, each keeps its identity.
 *
 * @param {PageState} state
 * @param {{id: string, marks: TraceMark[]}} told
 * @returns {Patch}
 */
export function onMarks(state, { id, marks }) {
  if (state.sandbox?.id !== id) return {};
  return { traceMarks: [...state.traceMarks, ...marks].slice(-MARKS_CAP) };
}

/**
 * `sandbox_faults`: what is in force now, by client; see `course/sandbox/client_faults.py`.
 *
 * @param {PageState} state
 * @param {{id: string, faults: Record<string, Faults>}} told
 * @returns {Patch}
 */
export function onFaults(state, { id, faults }) {
  return state.sandbox?.id === id ? { faults } : {};
}

/**
 * Store the checks of one workspace, and show them when that workspace is open.
 *
 * @param {PageState} state
 * @param {string} exercise
 * @param {Partial<Checks>} change
 * @returns {Patch}
 */
export function withChecks(state, exercise, change) {
  const before = state.checksOf[exercise] ?? noChecks();
  const checks = { ...before, ...change };
  const checksOf = { ...state.checksOf, [exercise]: checks };
  return exercise === state.workspace ? { checks, checksOf } : { checksOf };
}

/**
 * Return the name of the workspace whose checks belong to `checkRun`, or null.
 *
 * @param {PageState} state
 * @param {string} checkRun
 */
function workspaceOfRun(state, checkRun) {
  const known = Object.entries(state.checksOf);
  const found = known.find(([, checks]) => checks.run === checkRun);
  // A result can overtake the acknowledgement that names its run.
  const waiting = known.find(([, checks]) => checks.running && checks.run === null);
  return (found ?? waiting)?.[0] ?? null;
}

/**
 * `check_waits`: the place in line of a check that was asked for here, from 1; 0 when its turn has come.
 *
 * @param {PageState} state
 * @param {{check_run: string, exercise: string, place: number}} told
 * @returns {Patch}
 */
export function onCheckWaits(state, { check_run: run, exercise, place }) {
  const checks = state.checksOf[exercise];
  return checks?.running && [run, null].includes(checks.run) ? withChecks(state, exercise, { place }) : {};
}

/**
 * `check_result`: results arrive in order, also those of a run that another tab of the learner started.
 *
 * @param {PageState} state
 * @param {CheckResult & {check_run: string, exercise?: string}} told
 * @returns {Patch}
 */
export function onCheckResult(state, { check_run: run, exercise, ...result }) {
  const name = exercise ?? workspaceOfRun(state, run);
  const checks = name === null ? undefined : state.checksOf[name];
  if (name === null || checks === undefined) return {};
  const before = checks.run === run || (checks.running && checks.run === null) ? checks.results : [];
  const results = [...before.filter((other) => other.name !== result.name), result];
  const passed = results.filter((each) => each.outcome === "passed").length;
  const total = Math.max(checks.total, results.length);
  // Another tab's results came here first.
  const files = checks.run === run || checks.running ? checks.files : state.files;
  return withChecks(state, name, { run, running: true, error: null, results, passed, total, files });
}

/**
 * `check_finished`, also of a run that was started in another tab: then only the counts are known here.
 *
 * @param {PageState} state
 * @param {{check_run: string, exercise?: string, passed: number, total: number, error?: ToldError | null}} told
 * @returns {Patch}
 */
export function onCheckFinished(state, { check_run: run, exercise, passed, total, error }) {
  const name = exercise ?? workspaceOfRun(state, run);
  const checks = name === null ? undefined : state.checksOf[name];
  if (name === null || checks === undefined) return {};
  if (error) return withChecks(state, name, { run, running: false, error });
  const finished = { run, running: false, passed, total, error: null };
  return { ...withChecks(state, name, finished), ...markDone(state, name, passed, total) };
}

/**
 * @param {PageState} state
 * @param {string} exercise
 * @param {number} passed
 * @param {number} total
 * @returns {Patch}
 */
function markDone(state, exercise, passed, total) {
  const work = state.page.workspaces?.[exercise];
  if (!work) return {};
  return withWorkspace(state, exercise, { passed, total, done: work.done || (total > 0 && passed === total) });
}

/**
 * Change what the page knows about one workspace.
 *
 * @param {PageState} state
 * @param {string} name
 * @param {Partial<Workspace>} change
 * @returns {Patch}
 */
export function withWorkspace(state, name, change) {
  const { page } = state;
  const work = { ...page.workspaces[name], ...change };
  return { page: { ...page, workspaces: { ...page.workspaces, [name]: work } } };
}
