// <client-files>: in the playground, adds code for the clients to the program, and removes it again.

import { actions, define, store } from "../core/page.js";
import { fill, h } from "../dom/h.js";
import { moreStyles } from "../dom/more_styles.js";

const SCRIPT = "client.js";
const PAGE = "index.html";

const CLIENT_START = `// Runs in the pane of each client, and talks to your server.

const socket = io();

socket.on("connect", () => {
  console.log("connected as", socket.id);
  socket.emit("add", 2, 3, (answer) => console.log("2 + 3 =", answer));
});

socket.on("news", (text) => console.log("news:", text));
`;

const PAGE_START = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>My client</title>

<button id="shout">Shout</button>
<ol id="heard"></ol>

<script src="socket.io.min.js"></script>
<script src="client.js"></script>
<script>
  document.querySelector("#shout").onclick = () => socket.emit("shout", "hello");
  socket.on("shouted", (text) => {
    const row = document.createElement("li");
    row.textContent = text;
    document.querySelector("#heard").append(row);
  });
</script>
</html>
`;

class ClientFiles extends HTMLElement {
  #end = null;

  connectedCallback() {
    this.#end = store.subscribe(
      ({ files, page }) => (page.kind === "playground" ? `${SCRIPT in files} ${PAGE in files}` : ""),
      (known) => this.#draw(known),
    );
  }

  disconnectedCallback() {
    this.#end();
  }

  #draw(known) {
    this.hidden = known === "";
    if (!this.hidden) moreStyles();
    const [hasScript, hasPage] = known.split(" ").map((word) => word === "true");
    fill(
      this,
      hasScript ? null : button(`Add ${SCRIPT}`, () => add(SCRIPT, CLIENT_START)),
      hasScript && !hasPage ? button(`Add ${PAGE}`, () => add(PAGE, PAGE_START)) : null,
      hasScript || hasPage
        ? button("Remove", remove, { "aria-label": "Remove client code", title: "Remove client code" })
        : null,
    );
  }
}

function button(text, onclick, props = {}) {
  return h("button", { type: "button", class: "small quiet", onclick, ...props }, text);
}

function add(name, text) {
  actions.replaceFiles(
    { ...store.get().files, [name]: text },
    `Added ${name}. It runs in the clients from the next Run on.`,
  );
  document.dispatchEvent(new CustomEvent("line-requested", { detail: { file: name } }));
}

function remove() {
  const { [SCRIPT]: _script, [PAGE]: _page, ...rest } = store.get().files;
  actions.replaceFiles(rest, "Removed the client code.");
}

define("client-files", ClientFiles);
