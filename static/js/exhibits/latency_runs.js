// What was measured while a job ran, for each runtime: kept, compared, put into words. Pure.

export const RUNTIMES = { threading: "threading", gevent: "gevent", "gevent-patched": "gevent, monkey-patched" };

/** Return how long an answer took; one that is still awaited has taken until `now`. */
export function took(sample, now) {
  return sample.took ?? now - sample.sent;
}

/** Return the longest answer to what was asked between `from` and `to`, or null when nothing was. */
export function worst(samples, from, to, now) {
  const times = between(samples, from, to).map((sample) => took(sample, now));
  return times.length > 0 ? Math.max(...times) : null;
}

/** Return whether everything that was asked between `from` and `to` has been answered. */
export function settled(samples, from, to) {
  return between(samples, from, to).every((sample) => sample.took !== null);
}

/** Return what was asked between `from` and `to` as [[ms after `from`, ms it took], …], in whole milliseconds. */
export function lineOf(samples, from, to, now) {
  return between(samples, from, to).map((sample) => [Math.round(sample.sent - from), Math.round(took(sample, now))]);
}

/** Return `runs` with `run` {runtime, job, worst, line} in place of an earlier one of the same job and runtime. */
export function withRun(runs, run) {
  return [...runs.filter((other) => other.runtime !== run.runtime || other.job !== run.job), run];
}

/** Return the runs to compare with one of this job and runtime: the same job under the others. */
export function others(runs, { job, runtime }) {
  return runs.filter((run) => run.job === job && run.runtime !== runtime);
}

/** Return kept runs from text, or none: a browser's storage may contain anything. */
export function readRuns(text) {
  try {
    const runs = JSON.parse(text ?? "[]");
    return Array.isArray(runs) ? runs.filter(isRun) : [];
  } catch {
    return [];
  }
}

function isRun(run) {
  return (
    run !== null &&
    typeof run === "object" &&
    run.runtime in RUNTIMES &&
    typeof run.job === "string" &&
    typeof run.worst === "number" &&
    Array.isArray(run.line) &&
    run.line.every((point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite))
  );
}

function between(samples, from, to) {
  return samples.filter(({ sent }) => sent >= from && sent <= to);
}
