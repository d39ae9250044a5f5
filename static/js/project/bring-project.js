// <bring-project>: puts a zip, a folder or files into the playground's editor, chosen or dropped. What is left out is
// listed before anything is replaced, and Undo brings back what was there.

import { actions, define, store } from "../core/page.js";
import { dialogHead, fill, h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";

const FILES = "Files";

class BringProject extends HTMLElement {
  #ends = [];
  #project = null;

  connectedCallback() {
    this.hidden = store.get().page.kind !== "playground";
    if (this.hidden) return;
    moreStyles();
    this.note = h("p", { class: "note", role: "status" });
    this.list = h("div", { class: "project-found" });
    this.use = h("button", { type: "button", class: "primary", onclick: () => this.#use() }, "Put it into the editor");
    this.dialog = h(
      "dialog",
      { class: "project", "aria-labelledby": "project-title" },
      dialogHead("project-title", "Bring a project", () => this.dialog.close()),
      h(
        "p",
        {},
        "A zip, a folder or some files of a Flask-SocketIO program: up to 60 files and 192 KB. They are read in this browser; what you put into the editor is sent to the site, like all code here.",
      ),
      h(
        "div",
        { class: "project-choose" },
        this.#chooser("A zip or files", { multiple: true }),
        this.#chooser("A folder", { webkitdirectory: true }),
      ),
      this.note,
      this.list,
      this.use,
    );
    fill(
      this,
      h("button", { type: "button", class: "small quiet", onclick: () => this.#open() }, "Bring a project"),
      this.dialog,
    );
    this.#tendDrops();
  }

  disconnectedCallback() {
    this.#ends.splice(0).forEach((end) => end());
  }

  #chooser(label, props) {
    const input = h("input", { type: "file", hidden: true, ...props });
    input.addEventListener("change", () => {
      const chosen = [...input.files];
      input.value = ""; // so that the same choice counts again
      if (chosen.length > 0) this.#read((gather) => gather.ofFiles(chosen));
    });
    return [h("button", { type: "button", onclick: () => input.click() }, label), input];
  }

  #tendDrops() {
    const editor = this.closest("code-editor") ?? this;
    const brings = (event) => event.dataTransfer?.types.includes(FILES);
    const over = (event) => {
      if (!brings(event)) return;
      event.preventDefault();
      event.stopPropagation();
      editor.classList.add("is-over");
    };
    const away = (event) => {
      if (!editor.contains(event.relatedTarget)) editor.classList.remove("is-over");
    };
    const drop = (event) => {
      if (!brings(event)) return;
      event.preventDefault();
      event.stopPropagation(); // CodeMirror would paste the text of a file
      editor.classList.remove("is-over");
      const { items, files } = event.dataTransfer; // empty as soon as this turn is over
      const dropped = {
        roots: [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean),
        files: [...files],
      };
      this.#open();
      this.#read((gather) => gather.ofDrop(dropped));
    };
    for (const [name, hear] of Object.entries({ dragenter: over, dragover: over, dragleave: away, drop })) {
      editor.addEventListener(name, hear, { capture: true });
      this.#ends.push(() => editor.removeEventListener(name, hear, { capture: true }));
    }
  }

  #open() {
    if (this.dialog.open) return;
    this.#show(null, "");
    this.dialog.showModal();
  }

  async #read(gathered) {
    this.#show(null, "Reading…");
    try {
      const { gather, readProject } = await reading();
      const project = await readProject(await gathered(gather));
      if (Object.keys(project.files).some((name) => name.endsWith(".py"))) this.#show(project, "");
      else this.#show({ ...project, files: {} }, "There is no Python file in it that could be run.");
    } catch (error) {
      this.#show(null, error.message);
    }
  }

  #show(project, words) {
    this.#project = project;
    this.note.textContent = words;
    const names = Object.keys(project?.files ?? {});
    this.use.hidden = names.length === 0;
    fill(this.list, names.length > 0 && taken(project, names), project?.leftOut.length > 0 && leftOut(project.leftOut));
  }

  async #use() {
    const { files, entry, leftOut: rest } = this.#project;
    this.dialog.close();
    const names = Object.keys(files);
    const without = rest.length > 0 ? `, ${rest.length} left out` : "";
    await actions.replaceFiles(files, `Your project is in the editor: ${counted(names.length)}${without}.`);
    document.dispatchEvent(new CustomEvent("line-requested", { detail: { file: entry } }));
    actions.announce(`Your project is in the editor. Run starts ${entry}. Undo brings back what was there.`);
  }
}

/** The code that reads is loaded with the first project. */
async function reading() {
  const [gather, { readProject }] = await Promise.all([import("./gather.js"), import("./read.js")]);
  return { gather, readProject };
}

function taken({ entry }, names) {
  const others = names.filter((name) => name !== entry);
  return h(
    "section",
    {},
    h("h3", {}, counted(names.length)),
    h("p", {}, h("code", {}, entry), " is the one that Run starts."),
    others.length > 0 && h("p", { class: "names" }, others.join(" · ")),
  );
}

function leftOut(rest) {
  return h(
    "section",
    {},
    h("h3", {}, `${rest.length} left out`),
    h(
      "ul",
      {},
      rest.map(({ name, why, count: files }) =>
        h("li", {}, h("code", {}, name), files > 1 ? ` (${files} files) ` : " ", why),
      ),
    ),
  );
}

function counted(files) {
  return files === 1 ? "one file" : `${files} files`;
}

define("bring-project", BringProject);
