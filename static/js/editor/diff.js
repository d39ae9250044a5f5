// Two texts compared, read-only: side by side, or one below the other on a narrow screen.

import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { language } from "./python.js";
import { appearance } from "./theme.js";

const NARROW = "(width < 700px)";

/** @param {string} label */
function readOnly(label) {
  const told = /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="csp-nonce"]'));
  return [
    // Each of the two editors has its own style element, so each needs the nonce.
    EditorView.cspNonce.of(told?.nonce ?? ""),
    lineNumbers(),
    language,
    appearance,
    EditorView.lineWrapping,
    // Not editable at all: otherwise a phone would open its keyboard for a read-only text.
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
  ];
}

/** @typedef {{text: string, name: string}} NamedText */

/**
 * Show how `before` became `after` in `parent`. Both are {text, name}; the names are for screen readers.
 *
 * Returns {destroy, words}: `words` says which text is where.
 *
 * @param {HTMLElement} parent
 * @param {{before: NamedText, after: NamedText}} texts
 */
export function showDiff(parent, { before, after }) {
  const collapseUnchanged = { margin: 3, minSize: 6 };
  if (window.matchMedia(NARROW).matches) {
    const label = `${after.name}, compared with ${before.name}; read only`;
    const merge = unifiedMergeView({ original: before.text, mergeControls: false, collapseUnchanged });
    const view = new EditorView({ parent, doc: after.text, extensions: [readOnly(label), merge] });
    return { destroy: () => view.destroy(), words: `Red: only in ${before.name}. Green: only in ${after.name}.` };
  }
  /** @param {NamedText} named */
  const side = ({ text, name }) => ({ doc: text, extensions: readOnly(`${name}, read only`) });
  const view = new MergeView({
    parent,
    a: side(before),
    b: side(after),
    highlightChanges: true,
    gutter: true,
    collapseUnchanged,
  });
  return { destroy: () => view.destroy(), words: `Left: ${before.name}. Right: ${after.name}.` };
}
