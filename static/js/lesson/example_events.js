// Offers the event names of an example to the clients: nobody should emit an event that its program does not have.

import { store } from "../core/page.js";
import { SCRATCH, withWorkspace } from "../core/state.js";
import { handlersIn } from "../diagram/source.js";

const NOT_EMITTED = new Set(["connect", "disconnect", "*"]);

/** From now on offer the events of the example in the editor. */
export function tendEventNames() {
  store.subscribe(exampleShown, (id) => id && offer(store.get().page.examples[id].source));
}

function exampleShown({ page, workspace, files }) {
  if (workspace !== SCRATCH) return "";
  return Object.keys(page.examples).find((id) => page.examples[id].source === files["server.py"]) ?? "";
}

function offer(source) {
  const handlers = handlersIn(source).filter(({ namespace }) => namespace === "/");
  const events = [...new Set(handlers.map(({ event }) => event))].filter((event) => !NOT_EMITTED.has(event));
  if (events.length === 0) return;
  store.set((state) => withWorkspace(state, SCRATCH, { events }));
  if (handlers.some(({ event }) => event === "*")) return; // then any name has a handler
  for (const card of document.querySelectorAll("client-card")) {
    if (!events.includes(card.event.value.trim())) choose(card, events[0]);
  }
}

/** Fill it in as if it were typed: the card previews and remembers it. */
function choose({ event, payload }, name) {
  event.value = name;
  payload.value = "";
  event.dispatchEvent(new Event("input", { bubbles: true }));
}
