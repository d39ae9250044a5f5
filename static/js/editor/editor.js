// The code editor: CodeMirror 6 with Python. It is a chunk of its own and knows nothing about the page's store.

import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
  selectedCompletionIndex,
  setSelectedCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, toggleTabFocusMode, undo } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorSelection, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { problems, setAsked, setCrash } from "./problems.js";
import { python } from "./python.js";
import { appearance } from "./theme.js";

/** Marks a change that came from the page, so that it is not reported back as the learner's. */
const fromPage = Annotation.define();

/** The editor's own styles need the page's nonce: without it the editor is shown, but broken. */
export function nonce() {
  const told = /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="csp-nonce"]'));
  return told?.nonce ?? "";
}

/**
 * For several lines at once, from dictation for example, the browser would create inline styles, which the page
 * refuses.
 */
const linesAtOnce = EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== "insertText" || !event.data?.includes("\n")) return false;
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type" });
    return true;
  },
});

const behaviour = [
  linesAtOnce,
  lineNumbers(),
  lintGutter(),
  highlightActiveLineGutter(),
  highlightSpecialChars(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  autocompletion({ icons: false, selectOnOpen: false, interactionDelay: 0 }),
  highlightActiveLine(),
  highlightSelectionMatches(),
  indentUnit.of("    "),
  EditorState.tabSize.of(4),
  keymap.of([
    { key: "Ctrl-m", run: toggleTabFocusMode },
    { key: "Tab", run: takeSuggestion },
    ...closeBracketsKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...completionKeymap,
    ...lintKeymap,
    ...defaultKeymap.filter((binding) => binding.key !== "Mod-Enter" && binding.key !== "Ctrl-m"),
    indentWithTab,
  ]),
];

/**
 * Tab takes the first suggestion, or the chosen one. Enter takes only a chosen one: otherwise it ends the line.
 *
 * @param {EditorView} view
 */
function takeSuggestion(view) {
  if (completionStatus(view.state) !== "active") return false;
  if (selectedCompletionIndex(view.state) === null) view.dispatch({ effects: setSelectedCompletion(0) });
  return acceptCompletion(view);
}

/**
 * @typedef {{
 *   text: string,
 *   label: string,
 *   selection?: {from: number, to: number} | null,
 *   file?: string,
 *   onEdit: (text: string) => void,
 *   onFocus?: (focused: boolean) => void,
 * }} EditorOptions
 */

/**
 * Put an editor into `parent`.
 *
 * Takes `text`, `label` (it names `file`, and later the file that is shown), `selection` ({from, to}), and calls
 * `onEdit(text)` for each change by the learner and `onFocus(focused)`. Returns {setText, setCrash, goTo, focus,
 * insert, undo, destroy, view}.
 *
 * @param {HTMLElement} parent
 * @param {EditorOptions} options
 */
export function createEditor(parent, { text, label, selection, file = "server.py", onEdit, onFocus = () => {} }) {
  const syntax = new Compartment();
  let shown = file;
  /** @param {string} name */
  const languageOf = (name) => (name.endsWith(".py") ? [python, problems] : [problems]);
  const extensions = [
    EditorView.cspNonce.of(nonce()),
    syntax.of(languageOf(file)),
    behaviour,
    appearance,
    EditorView.contentAttributes.of(() => ({
      "aria-label": label.replace(file, shown),
      tabindex: "0",
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
    })),
    EditorView.updateListener.of((update) => {
      const ours = update.transactions.some((transaction) => transaction.annotation(fromPage));
      if (update.docChanged && !ours) onEdit(update.state.doc.toString());
      if (update.focusChanged) onFocus(update.view.hasFocus);
    }),
  ];
  const anchor = EditorSelection.single(clamp(selection?.from, text), clamp(selection?.to, text));
  /**
   * @param {string} doc
   * @param {EditorSelection | undefined} chosen
   */
  const stateOf = (doc, chosen) => EditorState.create({ doc, selection: chosen, extensions });
  const view = new EditorView({ parent, state: stateOf(text, anchor) });

  return {
    view,
    /**
     * Show another text. The same document changes step by step (Ctrl+Z goes back); another file has a new history.
     *
     * @param {string} doc
     * @param {{fresh?: boolean, name?: string}} how
     */
    setText(doc, { fresh = false, name = file } = {}) {
      shown = name;
      if (fresh) {
        view.setState(stateOf(doc, undefined));
        view.dispatch({ effects: syntax.reconfigure(languageOf(name)) });
      } else if (doc !== view.state.doc.toString()) {
        view.dispatch({ changes: difference(view.state.doc.toString(), doc), annotations: fromPage.of(true) });
      }
    },
    /** @param {ProgramError | null} crash */
    setCrash: (crash) => view.dispatch({ effects: setCrash.of(crash) }),
    /** @param {number} line */
    goTo(line) {
      const found = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
      view.dispatch({
        selection: EditorSelection.cursor(found.from + found.text.search(/\S|$/)),
        effects: [setAsked.of(found.number), EditorView.scrollIntoView(found.from, { y: "center" })],
      });
      view.focus();
    },
    /** @param {string} piece */
    insert(piece) {
      view.dispatch(view.state.replaceSelection(piece));
      view.focus();
    },
    undo: () => undo(view),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

/**
 * @param {number | undefined} place
 * @param {string} text
 */
function clamp(place, text) {
  return Math.min(Math.max(0, place ?? 0), text.length);
}

/**
 * Return the one change between two texts: their common beginning and end stay, and the cursor with them.
 *
 * @param {string} before
 * @param {string} after
 */
function difference(before, after) {
  let from = 0;
  const shorter = Math.min(before.length, after.length);
  while (from < shorter && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < shorter - from && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
