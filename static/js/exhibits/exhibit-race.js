// <exhibit-race data-example="race">: one feed followed in four ways, one after another, measured as it happens.

import { define, store } from "../core/page.js";
import { below } from "../core/sandbox_address.js";
import { h } from "../dom/h.js";
import { LaneChart } from "./lane_chart.js";
import { LANES } from "./lanes.js";
import { bytes, compareClocks, counted, duration, median, resultOf } from "./measures.js";
import { runExample } from "./run_example.js";

const LANE_MS = 4_000;
const PATIENCE_MS = 10_000; // a lane that has heard nothing yet goes on until it does, but not forever
const TAG = "race";

class ExhibitRace extends HTMLElement {
  #ends = [];
  #stop = null;

  connectedCallback() {
    if (this.lanes) return;
    this.start = h(
      "button",
      { type: "button", class: "primary", onclick: () => this.#race() },
      h("span", { class: "i i-run", "aria-hidden": "true" }),
      "Start the race",
    );
    this.halt = h(
      "button",
      { type: "button", disabled: true, onclick: () => this.#stop?.abort() },
      h("span", { class: "i i-stop", "aria-hidden": "true" }),
      "Stop",
    );
    this.status = h("span", { class: "note" }, `Four lanes of ${LANE_MS / 1_000} seconds, one after another.`);
    this.lanes = LANES.map((lane) => new Lane(lane));
    this.result = h("p", { class: "exhibit-result", role: "status" });
    this.footnote = h(
      "p",
      { class: "note" },
      "Bytes: bodies and frames are counted, HTTP heads added up from what a page can see of them, so the true number is a little higher. ",
    );
    this.clock = h("span");
    this.footnote.append(this.clock);
    this.querySelector(".exhibit-stage").replaceChildren(
      h("div", { class: "exhibit-bar" }, this.start, this.halt, this.status),
      h(
        "ol",
        { class: "lanes" },
        this.lanes.map((lane) => lane.node),
      ),
      h(
        "p",
        { class: "lane-legend note" },
        h("span", { class: "key key-made" }, "made by the server"),
        h("span", { class: "key key-arrived" }, "arrived here"),
        h("span", { class: "key key-request" }, "request"),
      ),
      this.result,
      this.footnote,
    );
    this.#ends = [
      store.subscribe(
        (state) => state.page.run?.available !== false,
        (available) => {
          this.start.disabled = !available;
          if (!available) this.status.textContent = store.get().page.run.reason;
        },
      ),
    ];
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#stop?.abort();
      this.#ends.splice(0).forEach((end) => end());
    });
  }

  async #race() {
    if (this.#stop) return;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#setRunning(true);
    this.result.textContent = "";
    this.lanes.forEach((lane) => lane.clear());
    try {
      this.#say("Starting the server");
      const sandbox = await runExample(this.dataset.example, signal);
      const base = below(sandbox, TAG);
      const clock = await compareClocks(async () => (await clockOf(base, signal)).time);
      this.clock.textContent = `Delay: from the server's clock to yours; they were compared first and agree to ${duration(clock.error)}.`;
      for (const lane of this.lanes) {
        if (signal.aborted) break;
        this.#say(`${lane.name} is running`);
        const { number } = await clockOf(base, signal);
        await lane.run({ base, after: number, signal, offset: clock.offset });
      }
      this.#say(signal.aborted ? "Stopped." : "Finished. Run it again: no two races are alike.");
      if (!signal.aborted) this.result.textContent = resultOf(this.lanes.map((lane) => lane.summary));
    } catch (error) {
      this.#say(signal.aborted ? "Stopped." : `The race broke off: ${error.message}`);
    } finally {
      this.#stop = null;
      this.#setRunning(false);
    }
  }

  #say(text) {
    this.status.textContent = text;
  }

  #setRunning(running) {
    const [gone, there] = running ? [this.start, this.halt] : [this.halt, this.start];
    const follow = document.activeElement === gone; // a disabled button would lose the focus
    there.disabled = false;
    if (follow) there.focus({ preventScroll: true });
    gone.disabled = true;
  }
}

async function clockOf(base, signal) {
  const answer = await fetch(`${base}/clock`, { signal, cache: "no-store" });
  if (!answer.ok) throw new Error((await answer.text()) || "the server does not tell its time");
  return answer.json();
}

/** One lane: its drawing, its counts, and its measurements. */
class Lane {
  constructor({ name, word, how, run }) {
    this.name = name;
    this.word = word;
    this.follow = run;
    this.chart = new LaneChart(LANE_MS);
    this.counts = Object.fromEntries(
      ["messages", "requests", "bytes", "delay", "worst"].map((key) => [key, h("dd", {})]),
    );
    const figure = (label, key) => h("div", {}, h("dt", {}, label), this.counts[key]);
    this.node = h(
      "li",
      { class: "lane" },
      h("p", { class: "lane-name" }, h("strong", {}, name), " ", h("span", { class: "note" }, how)),
      this.chart.node,
      h(
        "dl",
        { class: "lane-counts" },
        figure("messages", "messages"),
        figure("requests", "requests"),
        figure("bytes", "bytes"),
        figure("delay, median", "delay"),
        figure("worst", "worst"),
      ),
    );
    this.clear();
  }

  clear() {
    this.chart.clear();
    this.messages = 0;
    this.requests = 0;
    this.bytes = 0;
    this.delays = [];
    this.node.classList.remove("is-running");
    this.#show();
  }

  get summary() {
    return { name: this.word, received: this.messages, requests: this.requests, delay: median(this.delays) };
  }

  /**
   * Run for LANE_MS and a first message, or until `signal`; `offset` is added to the page's clock to get the server's.
   */
  async run({ base, after, signal, offset }) {
    this.clear();
    this.node.classList.add("is-running");
    const begun = performance.now();
    const over = new AbortController();
    signal.addEventListener("abort", () => over.abort(), { once: true, signal: over.signal });
    const mayEnd = () => {
      const age = performance.now() - begun;
      if (age >= (this.messages > 0 ? LANE_MS : PATIENCE_MS)) over.abort();
    };
    const told = {
      asked: () => {
        this.requests += 1;
        this.chart.request(performance.now() - begun);
      },
      moved: (count) => {
        this.bytes += count;
      },
      heard: ({ time }) => {
        const arrived = performance.now();
        const made = time * 1_000 - offset;
        this.messages += 1;
        this.delays.push(Math.max(0, arrived - made));
        this.chart.message(made - begun, arrived - begun);
        this.#show();
      },
    };
    const drawn = setInterval(() => {
      this.chart.at(performance.now() - begun);
      this.#show();
      mayEnd();
    }, 50);
    try {
      await this.follow({ base, after, signal: over.signal, told });
    } catch (error) {
      if (!over.signal.aborted) throw error;
    } finally {
      over.abort();
      clearInterval(drawn);
      this.chart.at(null);
      this.node.classList.remove("is-running");
      this.#show();
    }
  }

  #show() {
    const idle = this.requests === 0;
    const worst = this.delays.length > 0 ? Math.max(...this.delays) : null;
    const texts = {
      messages: this.messages,
      requests: this.requests,
      bytes: bytes(this.bytes),
      delay: duration(median(this.delays)),
      worst: duration(worst),
    };
    for (const [key, text] of Object.entries(texts)) this.counts[key].textContent = idle ? "–" : String(text);
    this.counts.requests.title = idle ? "" : counted(this.requests, "request");
  }
}

define("exhibit-race", ExhibitRace);
