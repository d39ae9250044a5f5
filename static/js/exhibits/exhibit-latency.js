// <exhibit-latency data-example="jobs" data-jobs="sleep cpu">: how long a client waits while somebody else's job runs.

import { keep, kept } from "../core/kept.js";
import { actions, define, store } from "../core/page.js";
import { SCRATCH } from "../core/state.js";
import { fill, h } from "../dom/h.js";
import { Bystander, join, KEPT_MS } from "./bystander.js";
import { LatencyChart } from "./latency_chart.js";
import { lineOf, others, RUNTIMES, readRuns, settled, took, withRun, worst } from "./latency_runs.js";
import { duration, median } from "./measures.js";
import { isRunningNow, runExample } from "./run_example.js";

/** The gateway leaves clients of this name out of the trace: forty frames a second would push out all others. */
const BYSTANDER_TAG = "probe-b";
const WORKER_TAG = "worker";
const QUIET_MS = 1_000; // measured before a job begins, so that its beginning is visible
const JOB_MS = 3_000; // what is asked in this time counts as asked during the job
const PATIENCE_MS = 8_000;
const REST_MS = 60_000; // a page that nobody looks at must not keep a server busy forever
const DRAW_MS = 100;

class ExhibitLatency extends HTMLElement {
  #ends = [];
  #stop = null;
  #timer = null;
  #restAt = 0;

  connectedCallback() {
    if (this.chart) return;
    this.bystander = new Bystander();
    this.worker = null;
    this.marks = [];
    this.runs = readRuns(kept(this.#key));
    this.jobs = (this.dataset.jobs ?? "").split(" ").filter(Boolean);
    this.#build();
    this.#drawTable();
    this.#ends = [
      store.subscribe(
        (state) => state.sandbox?.id,
        () => this.#rest(""),
      ),
      store.subscribe(
        (state) => state.sandbox?.state,
        (state) => state !== "ready" && this.#rest(""),
      ),
      store.subscribe(
        (state) => state.page.workspaces[SCRATCH]?.runtime,
        (runtime) => {
          if (this.choice && runtime) this.choice.value = runtime;
        },
      ),
      store.subscribe(
        (state) => state.page.run?.available !== false,
        () => this.#enable(),
      ),
    ];
  }

  disconnectedCallback() {
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#rest("");
      this.#ends.splice(0).forEach((end) => end());
    });
  }

  get #key() {
    return `latency:${store.get().page.slug}:${this.dataset.example}`;
  }

  /** The runtime of the program now. */
  get #runtime() {
    return store.get().sandbox?.runtime ?? this.#chosen ?? "threading";
  }

  /** The runtime that was chosen: it is the page's choice, which its toolbar shows, too. */
  get #chosen() {
    return store.get().page.workspaces[SCRATCH]?.runtime;
  }

  #build() {
    this.chart = new LatencyChart(KEPT_MS);
    this.start = h(
      "button",
      { type: "button", class: "primary", onclick: () => this.#measure(null) },
      h("span", { class: "i i-run", "aria-hidden": "true" }),
      "Measure",
    );
    this.halt = h(
      "button",
      { type: "button", disabled: true, onclick: () => this.#halt() },
      h("span", { class: "i i-stop", "aria-hidden": "true" }),
      "Stop",
    );
    this.status = h(
      "span",
      { class: "note" },
      "Client B asks “are you there?” twenty times a second. Start the program, then give client A a job.",
    );
    this.figures = Object.fromEntries(["runtime", "median", "worst"].map((key) => [key, h("dd", {}, "–")]));
    this.buttons = this.jobs.map((job) =>
      h("button", { type: "button", class: "small", onclick: () => this.#measure(job) }, h("code", {}, job)),
    );
    this.told = h("p", { class: "exhibit-result", role: "status" });
    this.table = h("tbody", {});
    this.forget = h("button", { type: "button", class: "small quiet", onclick: () => this.#keep([]) }, "Forget these");
    const figure = (label, key) => h("div", {}, h("dt", {}, label), this.figures[key]);
    const scope = h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "job"),
        Object.entries(RUNTIMES).map(([runtime, name]) =>
          h("th", { scope: "col" }, h("span", { class: `key key-line is-${runtime}` }, name)),
        ),
      ),
    );
    this.querySelector(".exhibit-stage").replaceChildren(
      h("div", { class: "exhibit-bar" }, this.#runtimeChoice(), this.start, this.halt, this.status),
      h(
        "dl",
        { class: "lane-counts" },
        figure("runtime", "runtime"),
        figure("median round trip", "median"),
        figure("worst of the last 20 s", "worst"),
      ),
      this.chart.node,
      h(
        "div",
        { class: "job-buttons", role: "group", "aria-label": "Jobs for client A" },
        h("span", { class: "label" }, "Client A emits"),
        this.buttons,
      ),
      this.told,
      h(
        "div",
        { class: "worst-table", tabindex: "0", role: "region", "aria-label": "Worst round trips so far" },
        h(
          "table",
          {},
          h("caption", {}, "Client B's worst round trip while the job ran ", this.forget),
          scope,
          this.table,
        ),
      ),
    );
    this.#enable();
  }

  #runtimeChoice() {
    const offered = store.get().page.workspaces[SCRATCH]?.runtimes ?? [];
    if (offered.length < 2) return null;
    const choose = () => {
      actions.openWorkspace(SCRATCH);
      actions.chooseRuntime(this.choice.value);
    };
    this.choice = h(
      "select",
      { onchange: choose },
      offered.map(({ id, name }) => h("option", { value: id }, name)),
    );
    return h("label", { class: "runtime-choice" }, h("span", { class: "label" }, "Runs under"), this.choice);
  }

  /**
   * Start what is not running, wait for a quiet moment, then emit `job` and measure; without a job, only watch.
   */
  async #measure(job) {
    if (this.#stop) return;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const pressed = document.activeElement;
    this.#enable();
    this.told.textContent = "";
    try {
      await this.#begin(signal);
      if (job) await this.#run(job, signal);
      else this.#say("Measuring. Now give client A a job.");
    } catch (error) {
      this.#rest(signal.aborted ? "Stopped." : error.message);
    } finally {
      this.#stop = null;
      this.#enable();
      // The disabled button has lost the focus; a reader who has moved elsewhere meanwhile stays there.
      if (document.activeElement === document.body) pressed?.focus({ preventScroll: true });
    }
  }

  async #begin(signal) {
    this.#restAt = performance.now() + REST_MS;
    if (this.bystander.asking && isRunningNow(store.get(), this.dataset.example, this.#chosen)) return;
    this.#say("Starting the program");
    const sandbox = await runExample(this.dataset.example, signal, this.#chosen);
    const [bystander, worker] = await Promise.all([join(sandbox, BYSTANDER_TAG), join(sandbox, WORKER_TAG)]);
    this.bystander.begin(bystander);
    this.worker = worker;
    this.marks = [];
    this.figures.runtime.textContent = RUNTIMES[this.#runtime] ?? this.#runtime;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#draw(), DRAW_MS);
    await this.#until(() => performance.now() - (this.bystander.samples[0]?.sent ?? Infinity) > QUIET_MS, signal);
  }

  async #run(job, signal) {
    const { samples } = this.bystander;
    const runtime = this.#runtime;
    const at = performance.now();
    this.#restAt = at + REST_MS;
    this.marks.push({ at, job, runtime, row: this.marks.length % 3 });
    this.#say(`Client A has emitted “${job}”. Measuring.`);
    let answer = "";
    this.worker.emit(job, (told) => {
      answer = typeof told === "string" ? told : "";
    });
    await this.#until(
      () =>
        performance.now() > at + JOB_MS && (settled(samples, at, at + JOB_MS) || performance.now() > at + PATIENCE_MS),
      signal,
    );
    const now = performance.now();
    const most = worst(samples, at, at + JOB_MS, now);
    this.#keep(
      withRun(this.runs, {
        runtime,
        job,
        worst: Math.round(most * 10) / 10,
        line: lineOf(samples, at, at + JOB_MS, now),
        answer: answer.slice(0, 40),
      }),
    );
    const under = RUNTIMES[runtime] ?? runtime;
    this.told.textContent = isRefusal(answer)
      ? `Under ${under} the program answered “${job}” with “${answer}”.`
      : `While “${job}” ran under ${under}, client B waited ${duration(most)} at worst.`;
    this.#say("Measuring. Try another job, or the same one under another runtime.");
  }

  /** Wait for a condition, which is checked as often as the chart is drawn. */
  #until(condition, signal) {
    return new Promise((resolve, reject) => {
      const timer = setInterval(() => {
        const lost = !this.bystander.asking && "The program ended.";
        if (!condition() && !lost && !signal.aborted) return;
        clearInterval(timer);
        if (lost || signal.aborted) reject(new Error(lost || "Stopped."));
        else resolve(undefined);
      }, DRAW_MS / 2);
    });
  }

  #draw() {
    const now = performance.now();
    const { samples } = this.bystander;
    const last = this.marks.at(-1);
    this.chart.draw({
      samples,
      marks: this.marks,
      earlier: last ? others(this.runs, last) : [],
      earlierAt: last?.at ?? 0,
      now,
    });
    const times = samples.map((sample) => took(sample, now));
    this.figures.median.textContent = duration(median(times));
    this.figures.worst.textContent = duration(times.length > 0 ? Math.max(...times) : null);
    if (now > this.#restAt && !this.#stop) this.#rest("The measuring rests: nothing was pressed for a minute.");
  }

  #halt() {
    this.#stop?.abort();
    this.#rest("Stopped.");
  }

  /** Disconnect both clients; the chart keeps what it shows. */
  #rest(why) {
    clearInterval(this.#timer);
    this.#timer = null;
    this.bystander.end();
    this.worker?.disconnect();
    this.worker = null;
    if (why) this.#say(why);
    this.#enable();
  }

  #keep(runs) {
    this.runs = runs;
    keep(this.#key, runs.length > 0 ? JSON.stringify(runs) : null);
    this.#drawTable();
  }

  #drawTable() {
    this.forget.hidden = this.runs.length === 0;
    const cell = (job, runtime) => this.runs.find((run) => run.job === job && run.runtime === runtime);
    fill(
      this.table,
      this.jobs.map((job) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, h("code", {}, job)),
          Object.keys(RUNTIMES).map((runtime) => h("td", {}, cellWords(cell(job, runtime)))),
        ),
      ),
    );
  }

  #say(text) {
    this.status.textContent = text;
  }

  #enable() {
    const { run } = store.get().page;
    const off = run?.available === false || this.#stop !== null;
    for (const button of [this.start, ...this.buttons]) button.disabled = off;
    this.halt.disabled = this.#stop === null && this.#timer === null;
    if (run?.available === false) this.#say(run.reason);
  }
}

function cellWords(run) {
  if (!run) return h("span", { class: "note" }, "not tried");
  return isRefusal(run.answer) ? run.answer : duration(run.worst);
}

/** A job that can't run under this runtime is acknowledged with what it needs. */
function isRefusal(answer) {
  return answer?.startsWith("needs ") ?? false;
}

define("exhibit-latency", ExhibitLatency);
