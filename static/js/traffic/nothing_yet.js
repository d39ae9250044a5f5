// What a panel that shows traffic says before there is any, with the button for the next step.

import { actions, store } from "../core/page.js";
import { h } from "../dom/h.js";

/** Return the nodes for an empty panel; `things` are what it would show, "frames" for example. */
export function whenNothing(sandbox, things) {
  const page = store.get().page;
  if (sandbox?.state === "ready") {
    return [
      h("p", {}, `No ${things} yet. Connect a client, or emit something.`),
      page.namespace
        ? h(
            "button",
            { type: "button", onclick: () => document.dispatchEvent(new CustomEvent("clients-requested")) },
            "Connect the clients",
          )
        : null,
    ];
  }
  return [
    h("p", {}, `No ${things} yet. Run the server, then connect client A.`),
    page.run?.available === false || !page.namespace
      ? null
      : h("button", { type: "button", onclick: () => actions.run() }, "Run the server"),
  ];
}
