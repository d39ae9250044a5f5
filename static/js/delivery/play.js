// Plays the scenario of a delivery question with the real clients of the page, and counts in the trace what they heard.

import { store } from "../core/page.js";
import { startExample } from "../exhibits/run_example.js";
import { countHeard, reaches } from "./counts.js";
import { emitFrom, fence, Panes } from "./panes.js";

const TRACE_MS = 3_000;

/**
 * Play {example, clients, emissions, event}; resolves to {client: times}.
 *
 * `onStep(sentence)` is called with what is being done, `onCounts(counts)` with how often each client has heard the
 * event so far. Throws an Error with a sentence for the learner when it can't be completed.
 */
export async function play(scenario, { onStep, onCounts }) {
  const panes = new Panes();
  const letGo = panes.holdBack();
  let sandbox;
  try {
    onStep("Starting the program");
    sandbox = await startExample(scenario.example, new AbortController().signal);
  } finally {
    letGo();
  }
  onStep(`Connecting ${scenario.clients.map(({ name }) => name).join(", ")}`);
  const cards = await panes.connect(sandbox, scenario.clients);
  const all = [...cards.values()];
  const everybody = (act) => Promise.all(all.map(act));
  for (const emission of scenario.emissions.slice(0, -1)) {
    onStep(`${emission.client} emits “${emission.event}”`);
    await emitFrom(cards.get(emission.client), emission);
    await everybody(fence);
  }
  const last = scenario.emissions.at(-1);
  onStep(`${last.client} emits “${last.event}”`);
  const heard = listen(cards, scenario.event);
  await emitFrom(cards.get(last.client), last);
  for (let trip = 0; trip < 2; trip += 1) await everybody(fence); // as in the question's own recording
  return traced(scenario, heard, onCounts);
}

/** Count what each client hears from now on. */
function listen(cards, event) {
  const heard = {};
  for (const [name, { link }] of cards) {
    heard[name] = 0;
    link.socket.onAny((each) => {
      if (each === event) heard[name] += 1;
    });
  }
  return heard;
}

/** Resolve to the counts of the trace as soon as it shows everything that the clients have heard. */
function traced(scenario, heard, onCounts) {
  return new Promise((resolve, reject) => {
    let end = () => {};
    const timer = setTimeout(() => {
      end();
      reject(new Error("The trace of this run is not whole. Run it again."));
    }, TRACE_MS);
    const look = (rows) => {
      const counts = countHeard(rows, scenario);
      if (counts) onCounts(counts);
      if (!reaches(counts, heard)) return;
      clearTimeout(timer);
      queueMicrotask(() => end());
      resolve(counts);
    };
    end = store.subscribe((state) => state.traceRows, look);
  });
}
