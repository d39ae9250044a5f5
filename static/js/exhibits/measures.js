// Numbers from measurements, and their words. Pure.

/** Return the middle of some numbers, or null without any. */
export function median(numbers) {
  if (numbers.length === 0) return null;
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Return a duration, given in milliseconds, in readable form: 0.8 ms, 12 ms, 1.45 s. */
export function duration(ms) {
  if (ms === null) return "–";
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2)} s`;
  return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

/** Return a number of bytes in words. */
export function bytes(count) {
  return count < 1_024 ? `${count} B` : `${(count / 1_024).toFixed(1)} KB`;
}

/** Return "1 request", "3 requests". */
export function counted(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/**
 * Compare the page's clock with the server's: `ask()` resolves to the server's time in seconds.
 *
 * Two machines' clocks do not agree, and latency is a difference between them. So the server's time is asked for
 * several times; the quickest answer is the most precise, since the time was read between question and answer. Returns
 * {offset, error} in milliseconds: the server's clock is `now() + offset`, give or take `error`, half of the quickest
 * round trip.
 */
export async function compareClocks(ask, { times = 8, now = () => performance.now() } = {}) {
  let best = { offset: 0, error: Infinity };
  for (let i = 0; i < times; i += 1) {
    const asked = now();
    const time = await ask();
    const answered = now();
    const error = (answered - asked) / 2;
    if (error < best.error) best = { offset: time * 1_000 - (asked + error), error };
  }
  return best;
}

/**
 * Return the result of a race in one sentence. `lanes` are [{name, received, requests, delay}], where `delay` is the
 * median in milliseconds, or null if nothing arrived.
 */
export function resultOf(lanes) {
  const ran = lanes.filter(({ received }) => received > 0);
  const silent = lanes.filter(({ received }) => received === 0).map(({ name }) => `${name} brought nothing`);
  if (ran.length === 0) return `${listed(silent)}.`;
  const told = ran.map(
    ({ name, requests, delay }) => `${duration(delay)} late by ${name} (${counted(requests, "request")})`,
  );
  const [first, last] = [
    ran.reduce((one, other) => (other.delay < one.delay ? other : one)),
    ran.reduce((one, other) => (other.delay > one.delay ? other : one)),
  ];
  const times = last.delay / Math.max(first.delay, 0.1);
  const end =
    times < 2
      ? "this time there was little between them"
      : `${last.name} was ${times.toFixed(times < 10 ? 1 : 0)} times as late as ${first.name}`;
  return `A typical message came ${listed(told)}${silent.length > 0 ? `; ${listed(silent)}` : ""}: ${end}.`;
}

function listed(texts) {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}
