// Two texts side by side, read only, with what differs marked.

import { pythonLanguage } from "@codemirror/lang-python";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { appearance } from "./theme.js";

/** Show `mine` beside `theirs` in `parent`; both sides are named for screen readers. Returns {destroy}. */
export function showDiff(parent, { mine, theirs, mineLabel, theirsLabel }) {
  const nonce = document.querySelector('meta[name="csp-nonce"]')?.nonce ?? "";
  const side = (doc, label) => ({
    doc,
    extensions: [
      EditorView.cspNonce.of(nonce), lineNumbers(), pythonLanguage, appearance, EditorView.lineWrapping,
      EditorState.readOnly.of(true), EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true" }),
    ],
  });
  const view = new MergeView({
    parent,
    a: side(mine, mineLabel),
    b: side(theirs, theirsLabel),
    highlightChanges: true,
    gutter: true,
    collapseUnchanged: { margin: 3, minSize: 6 },
  });
  return { destroy: () => view.destroy() };
}
