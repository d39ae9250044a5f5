// <run-toolbar>: Run, Stop, Reset, the state of the server in words, Check, and the menu with history and download.

import { actions, define, store } from "../core/page.js";
import { isAlive, otherProgram, runtimeOf } from "../core/state.js";
import { clock, pillOf } from "../core/words.js";
import { fill, h } from "../dom/h.js";
import { MOD } from "../dom/keys.js";

class RunToolbar extends HTMLElement {
  #ends = [];
  #tick = null;
  #warnedAt = 0;

  connectedCallback() {
    const picker = this.querySelector("workspace-picker");
    this.#build(picker);
    const draw = () => this.#draw();
    this.#ends = [
      store.subscribe(
        (state) => state.sandbox,
        () => this.#sandboxChanged(),
      ),
      store.subscribe((state) => state.runPending, draw),
      store.subscribe((state) => state.checks, draw),
      store.subscribe((state) => state.workspace, draw),
    ];
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
    clearInterval(this.#tick);
  }

  #build(picker) {
    this.run = button("run", "Run", () => actions.run(), { class: "primary" });
    this.run.append(h("kbd", { "aria-hidden": "true" }, MOD === "⌘" ? "⌘ ↵" : "Ctrl ↵"));
    this.stop = button("stop", "Stop", () => actions.stop());
    this.reset = button("reset", "Reset", () => actions.reset(), {
      title: "Back to the starting code. Undo brings yours back.",
    });
    this.text = h("span", { class: "pill-text" });
    this.pill = h("span", { class: "pill is-off" }, this.text);
    this.keep = h(
      "button",
      { type: "button", class: "small keep-alive", hidden: true, onclick: () => actions.keepAlive() },
      "Keep it running",
    );
    this.check = button("check", "Check", () => actions.check(), { class: "check" });
    this.count = h("span", { class: "count" });
    this.check.append(this.count);
    fill(
      this,
      this.run,
      this.stop,
      h("server-faults"),
      this.reset,
      this.pill,
      this.keep,
      h("span", { class: "spacer" }),
      h("runtime-picker"),
      picker,
      this.check,
      menu(),
    );
  }

  #sandboxChanged() {
    const { sandbox } = store.get();
    if (sandbox?.code === "idle_warning") this.#warnedAt = Date.now() / 1000;
    clearInterval(this.#tick);
    if (sandbox?.state === "ready") this.#tick = setInterval(() => this.#drawPill(), 1000);
    this.#draw();
  }

  #draw() {
    const { checks, page, runPending, sandbox, workspace } = store.get();
    const total = page.workspaces[workspace]?.total ?? 0;
    this.run.disabled = runPending || page.run?.available === false;
    this.run.title = page.run?.available === false ? page.run.reason : "";
    this.stop.disabled = !isAlive(sandbox);
    this.check.hidden = total === 0;
    this.check.disabled = checks.running || page.run?.available === false;
    this.check.setAttribute("aria-busy", String(checks.running));
    this.count.textContent =
      checks.running || checks.results.length > 0 || checks.passed > 0
        ? `${checks.passed}/${checks.total || total}`
        : "";
    this.#drawPill();
  }

  #drawPill() {
    const { runPending, sandbox } = store.get();
    const idle = sandbox?.state === "ready" && sandbox.code === "idle_warning";
    const pill = pillOf(sandbox, {
      pending: runPending,
      other: otherProgram(store.get()),
      runtime: runtimeOf(store.get()),
    });
    const left = (sandbox?.limits?.idle_warning_seconds ?? 30) - (Date.now() / 1000 - this.#warnedAt);
    this.pill.className = `pill is-${idle ? "queued" : pill.kind}`;
    this.text.textContent = idle ? `Idle · stops in ${clock(left)}` : pill.text;
    this.keep.hidden = !idle;
  }
}

function button(icon, label, onclick, props = {}) {
  return h(
    "button",
    { type: "button", onclick, ...props },
    h("span", { class: `i i-${icon}`, "aria-hidden": "true" }),
    label,
  );
}

function menu() {
  const history = h("button", { type: "button", class: "quiet" }, "Earlier versions");
  const download = h("button", { type: "button", class: "quiet" }, "Download the files");
  const details = h(
    "details",
    { class: "menu" },
    h(
      "summary",
      { class: "button quiet icon-only", "aria-label": "More" },
      h("span", { class: "i i-more", "aria-hidden": "true" }),
    ),
    h("div", { class: "menu-body" }, h("div", {}, history), h("div", {}, download)),
  );
  const close = () => {
    details.open = false;
    details.firstChild.focus();
  };
  history.addEventListener("click", () => {
    close();
    details.dispatchEvent(new CustomEvent("history-requested", { bubbles: true }));
  });
  download.addEventListener("click", () => {
    close();
    downloadFiles();
  });
  return details;
}

/** Post what the editor holds now: the server answers with a program that runs on the learner's own computer. */
function downloadFiles() {
  const { files, page, workspace } = store.get();
  const action = page.kind === "playground" ? "/playground/download" : `/lessons/${page.slug}/${workspace}/download`;
  const form = h(
    "form",
    { method: "post", action, hidden: true },
    h("input", { type: "hidden", name: "files", value: JSON.stringify(files) }),
  );
  document.body.append(form);
  form.submit();
  form.remove();
}

define("run-toolbar", RunToolbar);
