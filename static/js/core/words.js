// The sentences about a run that several elements show. Pure: values in, words out.

import { hasEnded } from "./state.js";

/**
 * Return a duration in the form of a clock: 0:41, 12:07.
 *
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** @type {Record<string, string>} */
const SHORT_REASONS = {
  memory: "memory limit",
  machine_memory: "the server is short of memory",
  threads: "thread limit",
  cpu: "processor limit",
  wall: "time limit",
  idle: "nobody used it",
  start: "it never listened",
  replaced: "replaced by a newer run",
};

/** A program that ended without an error did not crash, though nothing listens any more. */
const QUIET_ENDS = new Set(["no_run_call", "exited"]);

/**
 * Return what the status pill shows for a sandbox (or null): {kind, text}; `kind` is the name of a state or "off".
 * `now` is in epoch seconds; `other` is the title of the sandbox's program if that is not the one in the editor;
 * `runtime` is the name of its runtime, if that is worth saying.
 *
 * @param {Sandbox | null} sandbox
 * @param {{pending?: boolean, now?: number, other?: string, runtime?: string}} context
 */
export function pillOf(sandbox, { pending = false, now = Date.now() / 1000, other = "", runtime = "" } = {}) {
  if (pending && !["queued", "starting"].includes(sandbox?.state ?? "")) return { kind: "starting", text: "Starting" };
  if (!sandbox || (other && hasEnded(sandbox.state))) return { kind: "off", text: "Not running" };
  if (other && sandbox.state === "ready") return { kind: "limited", text: `Running: ${other}` };
  const short = SHORT_REASONS[sandbox.code];
  switch (sandbox.state) {
    case "queued":
      return { kind: "queued", text: sandbox.queuePosition ? `Waiting · number ${sandbox.queuePosition}` : "Waiting" };
    case "starting":
      return { kind: "starting", text: "Starting" };
    case "ready":
      return {
        kind: "running",
        text: ["Running", sandbox.startedAt && clock(now - sandbox.startedAt), runtime].filter(Boolean).join(" · "),
      };
    case "crashed":
      return {
        kind: "crashed",
        text: sandbox.code === "killed_by_learner" ? "Killed" : QUIET_ENDS.has(sandbox.code) ? "Ended" : "Crashed",
      };
    case "limited":
      return { kind: "limited", text: short ? `Stopped: ${short}` : "Stopped by a limit" };
    default:
      return { kind: "stopped", text: short ? `Stopped: ${short}` : "Stopped" };
  }
}

/**
 * Return what happened to a run that ended by itself, and what to do: a sentence or two, or "" when nothing happened.
 *
 * @param {Sandbox | null} sandbox
 */
export function endOf(sandbox) {
  if (!sandbox) return "";
  if (sandbox.state === "crashed") return crash(sandbox);
  if (sandbox.state === "limited") return sandbox.reason || "Your server went past a limit and was stopped.";
  if (sandbox.state === "stopped" && sandbox.code !== "stopped" && sandbox.code !== "replaced") return sandbox.reason;
  return "";
}

/** @param {Sandbox} sandbox */
function crash({ error, reason }) {
  if (reason) return reason;
  if (!error?.type) return "Your program ended. The server log has what it said last.";
  const where = error.line ? ` on line ${error.line}` : "";
  return `Your program crashed${where}: ${error.type}${error.message ? `: ${error.message}` : ""}`;
}

/**
 * Return the summary of a workspace's checks, as one sentence.
 *
 * @param {Checks} checks
 */
export function checkSummary({ running, results, passed, total, error, place }) {
  if (error) return error.message;
  if (running && place) return `Your check is number ${place} in line. It begins by itself.`;
  if (running) return `Checking: ${results.length} of ${total || "…"} done.`;
  if (total > 0 && passed === total) return `All ${total} checks passed. Well done!`;
  if (results.length > 0) return `${passed} of ${total} checks passed.`;
  return "";
}

/**
 * Return what is shown beside the file's name about saving.
 *
 * @param {Pick<PageState, "saveState" | "saveMessage" | "version">} state
 */
export function saveWords({ saveState, saveMessage, version }) {
  switch (saveState) {
    case "saving":
      return "Saving…";
    case "local":
      return saveMessage || "Saving soon…";
    case "offline":
      return "Kept in this browser; it is sent when the connection is back";
    case "conflict":
      return "Two versions: choose one";
    default:
      return saveMessage || (version ? `Saved · version ${version}` : "Saved as you type");
  }
}

/**
 * Return a moment in words that a list of versions can use. `at` is in epoch seconds.
 *
 * @param {number} at
 * @param {number} now
 */
export function moment(at, now = Date.now() / 1000) {
  const ago = now - at;
  if (ago < 60) return "just now";
  if (ago < 3600) return `${Math.round(ago / 60)} min ago`;
  const date = new Date(at * 1000);
  const today = new Date(now * 1000).toDateString() === date.toDateString();
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return today ? `today, ${time}` : `${date.toLocaleDateString([], { day: "numeric", month: "short" })}, ${time}`;
}
