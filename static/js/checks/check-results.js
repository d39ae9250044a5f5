// <check-results>: what real clients found out about the exercise, result by result; it also ticks the task list.

import { sameFiles } from "../core/drafts.js";
import { actions, define, store } from "../core/page.js";
import { checkSummary } from "../core/words.js";
import { fill, h, trustedHtml } from "../dom/h.js";
import { knownMistake } from "./known_mistake.js";

const OUTCOMES = { passed: "Passed", failed: "Not yet", skipped: "Skipped", error: "Our fault", waiting: "Waiting" };

class CheckResults extends HTMLElement {
  #ends = [];
  #drawn = new Map();

  connectedCallback() {
    this.summary = h("p", { class: "summary" });
    this.again = h("button", { type: "button", class: "small", onclick: () => actions.check() }, "Check again");
    this.since = h("p", { class: "changed-since" }, "changed since this check");
    this.head = h("div", { class: "checks-head" }, this.summary, this.again, this.since);
    this.list = h("ol", { class: "checks" });
    this.empty = h("div", { class: "empty" });
    this.#drawn.clear();
    fill(this, this.head, this.list, this.empty);
    this.#ends = [
      store.subscribe(
        (state) => state.checks,
        () => this.#draw(),
      ),
      store.subscribe(
        (state) => state.workspace,
        () => this.#draw(),
      ),
      store.subscribe(
        (state) => state.files,
        () => this.#compare(),
      ),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #draw() {
    const { checks, page, workspace } = store.get();
    const begun = checks.running || checks.results.length > 0 || checks.error !== null;
    this.head.hidden = !begun;
    this.list.hidden = !begun;
    this.empty.hidden = begun;
    if (!begun) fill(this.empty, nothingYet(page.workspaces[workspace]?.total ?? 0, page.run));
    this.summary.textContent = checkSummary(checks);
    this.summary.classList.toggle("is-passed", !checks.running && checks.total > 0 && checks.passed === checks.total);
    this.again.hidden = checks.running;
    this.again.textContent = checks.error ? "Try again" : "Check again";
    this.#compare();
    this.#drawList(checks);
    tickTasks(workspace, checks.results);
  }

  /** Results stay visible while the program is edited: they are about the one that was checked. */
  #compare() {
    const { checks, files } = store.get();
    this.since.hidden = checks.running || sameFiles(files, checks.files ?? files);
  }

  /** Rows keep their place and their open details while further results arrive. */
  #drawList({ results, running, tasks, place }) {
    const waiting = running ? tasks.filter((task) => !results.some((result) => result.name === task.check)) : [];
    const rows = [
      ...results,
      ...waiting.map((task, i) => ({ name: task.check, html: task.html, outcome: i || place ? "waiting" : "running" })),
    ];
    const names = new Set();
    rows.forEach((row, place) => {
      names.add(row.name);
      const old = this.#drawn.get(row.name);
      if (!old || !sameRow(old.row, row)) {
        const node = drawRow(row);
        old?.node.remove();
        this.#drawn.set(row.name, { row, node });
      }
      const { node } = this.#drawn.get(row.name);
      if (this.list.children[place] !== node) this.list.insertBefore(node, this.list.children[place] ?? null);
    });
    for (const [name, { node }] of this.#drawn) {
      if (names.has(name)) continue;
      node.remove();
      this.#drawn.delete(name);
    }
  }
}

function sameRow(one, other) {
  return one === other || (one.html !== undefined && one.html === other.html && one.outcome === other.outcome);
}

function nothingYet(total, run) {
  if (total === 0)
    return h(
      "p",
      {},
      "Nothing is checked here: this is free space. Choose an exercise above the editor, and its checks appear here.",
    );
  if (run?.available === false) return h("p", {}, run.reason);
  return [
    h("p", {}, "Not checked yet. A check starts your program afresh and sends real clients to it."),
    h("button", { type: "button", onclick: () => actions.check() }, "Check my program"),
  ];
}

function drawRow(row) {
  const { outcome } = row;
  const title = h(
    "div",
    { class: "check-title" },
    h(
      "span",
      { class: outcome === "passed" || outcome === "failed" ? "visually-hidden" : "check-outcome" },
      `${OUTCOMES[outcome] ?? "Checking"}: `,
    ),
    row.html ? trustedHtml(h("span", { class: "check-task" }), row.html) : row.title,
  );
  const item = h("li", { class: `check is-${outcome}`, dataset: { name: row.name } }, title);
  if (row.html || outcome === "passed") return item;
  if (row.message)
    item.append(h("p", { class: outcome === "skipped" ? "note" : "check-message" }, withLineLinks(row.message)));
  if (row.expected || row.actual) item.append(compare(row));
  if (row.known) item.append(knownMistake(row.known));
  if (row.why_html) item.append(trustedHtml(h("div", { class: "check-why" }), row.why_html));
  if (row.hint) item.append(h("p", { class: "check-hint" }, row.hint));
  if (row.trace?.length) item.append(drawPicture(row), drawTrace(row.trace));
  return item;
}

/** The picture is fetched and drawn when it is opened. */
function drawPicture(row) {
  const node = h("details", { class: "see-it" }, h("summary", {}, "See it happen, step by step"));
  node.addEventListener("toggle", async () => {
    if (!node.open || node.querySelector("check-picture")) return;
    try {
      await import("./check-picture.js");
      const picture = h("check-picture", {});
      node.append(picture);
      picture.result = row;
    } catch {
      // Offline, or the site was rebuilt: the list below has the same frames, and opening it again tries again.
    }
  });
  return node;
}

function compare({ expected, actual }) {
  return h(
    "dl",
    { class: "compare" },
    expected && [h("dt", {}, "Expected"), h("dd", {}, expected)],
    actual && [h("dt", {}, "Got"), h("dd", {}, actual)],
  );
}

function drawTrace(rows) {
  const lines = rows.map((row) =>
    h(
      "div",
      { role: "listitem", class: row.direction === "sent" ? "is-sent" : "is-received" },
      h("time", {}, `${row.time.toFixed(3)} s`),
      " ",
      h("span", { class: "who" }, row.client),
      row.direction === "sent" ? " sent " : " received ",
      h("code", {}, row.frame),
    ),
  );
  return h(
    "details",
    {},
    h("summary", {}, `What travelled (${rows.length} ${rows.length === 1 ? "frame" : "frames"})`),
    h("div", { class: "trace", role: "list" }, lines),
  );
}

/** Turn "line 7" in a message into a link to that line of the editor. */
function withLineLinks(text) {
  return text.split(/(\bline \d+\b)/).map((piece) => {
    const line = /^line (\d+)$/.exec(piece)?.[1];
    return line
      ? h("button", { type: "button", class: "line-link", onclick: requestLine(Number(line)) }, piece)
      : piece;
  });
}

function requestLine(line) {
  return (event) =>
    event.currentTarget.dispatchEvent(new CustomEvent("line-requested", { detail: { line }, bubbles: true }));
}

/** The task list in the text is live: each task shows the result of the last check, in words and by a mark. */
function tickTasks(workspace, results) {
  for (const task of document.querySelectorAll("[data-check]")) {
    const owner = task.closest("[data-exercise]")?.dataset.exercise;
    if (owner !== undefined && owner !== workspace) continue;
    const outcome = results.find((result) => result.name === task.dataset.check)?.outcome;
    task.classList.toggle("is-done", outcome === "passed");
    task.classList.toggle("is-failed", outcome === "failed");
    let words = task.querySelector(".task-state");
    if (!words) {
      words = h("span", { class: "task-state visually-hidden" });
      task.append(words);
    }
    words.textContent = outcome === "passed" ? " (done)" : outcome === "failed" ? " (not yet)" : "";
  }
}

define("check-results", CheckResults);
