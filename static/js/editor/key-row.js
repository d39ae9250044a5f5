// The row of keys above a phone's soft keyboard: characters that programs need and phones hide on the second page.

import { h } from "../dom/h.js";

const KEYS = ["Tab", "(", ")", ":", "'"];

/** Return the row. `editor()` returns the full editor, or null while the textarea `area` is used. */
export function keyRow({ editor, area }) {
  const insert = (piece) => (editor() ? editor().insert(piece) : insertInto(area, piece));
  const undo = () => (editor() ? editor().undo() : document.execCommand("undo"));
  return h(
    "div",
    { class: "key-row", role: "group", "aria-label": "Keys" },
    KEYS.map((key) => keyButton(key, key, () => insert(key === "Tab" ? "    " : key))),
    keyButton("↶", "Undo", undo),
  );
}

function keyButton(sign, name, onclick) {
  // Pressing must not take the focus, or the soft keyboard would close.
  const stay = (event) => event.preventDefault();
  return h("button", { type: "button", tabindex: "-1", "aria-label": name, onpointerdown: stay, onclick }, sign);
}

function insertInto(area, piece) {
  area.setRangeText(piece, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input"));
}
