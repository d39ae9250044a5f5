// The keyboard shortcuts of a lesson page: one table, shown by the "?" dialog and listened to here.

const MAC = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform ?? "");

/** The label of the key with which shortcuts begin on this computer. */
export const MOD = MAC ? "⌘" : "Ctrl";

/**
 * Every shortcut: `keys` as printed, `label` in words; `action` names the page action that it calls, if this module
 * listens for it. The others are handled by the element that they belong to.
 */
export const SHORTCUTS = [
  { id: "run", keys: [MOD, "Enter"], label: "Run your program", action: "run" },
  { id: "stop", keys: [MOD, "."], label: "Stop it", action: "stop" },
  { id: "check", keys: [MOD, "Shift", "Enter"], label: "Check the exercise", action: "check" },
  { id: "reset", keys: ["Alt", "R"], label: "Reset to the starting code (Undo brings yours back)", action: "reset" },
  { id: "regions", keys: ["Alt", "1 … 5"], label: "Go to the lesson, code, clients, wire or checks" },
  { id: "leave-editor", keys: ["Esc", "Tab"], label: "Leave the editor by keyboard: Esc first, then Tab" },
  { id: "tab-moves", keys: ["Ctrl", "M"], label: "Let Tab move the focus instead of indenting" },
  { id: "find", keys: [MOD, "F"], label: "Find in the code" },
  { id: "search", keys: ["/"], label: "Search the course (Ctrl or Command with K works in the editor, too)" },
  { id: "help", keys: ["?"], label: "Show this list" },
];

/**
 * Return the id of the action that a key press asks for, or null.
 *
 * @param {KeyboardEvent} event
 * @returns {"run" | "stop" | "check" | "reset" | null}
 */
export function shortcutOf(event) {
  const mod = event.ctrlKey || event.metaKey;
  if (mod && !event.altKey && event.key === "Enter") return event.shiftKey ? "check" : "run";
  if (mod && !event.altKey && !event.shiftKey && event.key === ".") return "stop";
  // On a Mac, Alt+R types a special character: the code of the key is the same everywhere.
  if (event.altKey && !mod && !event.shiftKey && event.code === "KeyR") return "reset";
  return null;
}

/**
 * Listen on `target` until the returned function is called. Keys reach us before the editor can take them.
 *
 * @param {Record<"run" | "stop" | "check" | "reset", () => unknown>} actions
 * @param {Document | HTMLElement} target
 */
export function listenForShortcuts(actions, target = document) {
  /** @param {any} event */
  function heard(event) {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    if (document.querySelector("dialog[open]")) return;
    const name = shortcutOf(event);
    if (name === null) return;
    event.preventDefault();
    event.stopPropagation();
    actions[name]();
  }
  target.addEventListener("keydown", heard, { capture: true });
  return () => target.removeEventListener("keydown", heard, { capture: true });
}
