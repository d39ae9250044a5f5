// The five places of a lesson page, in the order of Alt+1 … 5 and of the phone's tabs.

export const REGIONS = ["lesson", "code", "clients", "wire", "checks"];

const FOCUS = {
  lesson: "#lesson",
  code: "#code .cm-content, #code textarea:not([hidden])",
  clients: "#clients input, #clients button, #clients",
  wire: "#panel-wire",
  checks: "#panel-checks",
};

/**
 * Show a region: on a phone its pane opens, elsewhere its tab is chosen; `focus` moves the keyboard focus there.
 */
export function goTo(region, { focus = false } = {}) {
  document.dispatchEvent(new CustomEvent("region-requested", { detail: { region } }));
  if (focus) document.querySelector(FOCUS[region])?.focus();
}

/** Call `hear(region)` for every request; returns the function that ends it. */
export function onRegion(hear) {
  const listen = ({ detail }) => hear(detail.region);
  document.addEventListener("region-requested", listen);
  return () => document.removeEventListener("region-requested", listen);
}

/** Listen for Alt+1 … 5 until the returned function is called. */
export function listenForRegions() {
  function heard(event) {
    const number = /^Digit([1-5])$/.exec(event.code)?.[1];
    if (!number || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopPropagation();
    goTo(REGIONS[Number(number) - 1], { focus: true });
  }
  document.addEventListener("keydown", heard, { capture: true });
  return () => document.removeEventListener("keydown", heard, { capture: true });
}
