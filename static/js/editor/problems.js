// Lines that are wrong: what the parser can't read while one types, and where the running program crashed.

import { syntaxTree, syntaxTreeAvailable } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

/** A first hint: when the program runs, the server's own compiler decides. */
const PROBLEMS_AT_MOST = 5;

/**
 * @param {EditorView} view
 * @returns {import("@codemirror/lint").Diagnostic[]}
 */
function parserProblems(view) {
  if (!syntaxTreeAvailable(view.state)) return []; // where the parser paused, its tree looks like an error
  /** @type {import("@codemirror/lint").Diagnostic[]} */
  const found = [];
  const seen = new Set();
  syntaxTree(view.state).iterate({
    enter(node) {
      if (!node.type.isError || found.length >= PROBLEMS_AT_MOST) return;
      const line = view.state.doc.lineAt(node.from);
      const writing =
        view.hasFocus && view.state.selection.main.head >= line.from && view.state.selection.main.head <= line.to;
      if (seen.has(line.number) || writing) return;
      seen.add(line.number);
      const to = node.to > node.from ? Math.min(node.to, line.to) : Math.min(node.from + 1, line.to);
      found.push({
        from: Math.min(node.from, line.to),
        to: Math.max(to, Math.min(node.from, line.to)),
        severity: "error",
        message: "Python can't read this line: a bracket, colon or quote may be missing here or just above.",
      });
    },
  });
  return found;
}

/**
 * @param {EditorView} view
 * @returns {import("@codemirror/lint").Diagnostic[]}
 */
function crashProblem(view) {
  const crash = view.state.field(marks).crash;
  if (!crash?.line || crash.line > view.state.doc.lines) return [];
  const line = view.state.doc.line(crash.line);
  return [
    {
      from: line.from,
      to: line.to,
      severity: "error",
      message: [crash.type, crash.message].filter(Boolean).join(": ") || "The program crashed here.",
    },
  ];
}

/**
 * Tell the editor where the program crashed ({line, type, message}, or null), or which line somebody asked for.
 *
 * @type {import("@codemirror/state").StateEffectType<ProgramError | null>}
 */
export const setCrash = StateEffect.define();
/** @type {import("@codemirror/state").StateEffectType<number>} */
export const setAsked = StateEffect.define();

const asked = Decoration.line({ class: "is-asked" });
const crashed = Decoration.line({ class: "is-error" });

/** @typedef {{crash: ProgramError | null, asked: number | null}} Marks */

/** @type {StateField<Marks>} */
const marks = StateField.define({
  create: () => /** @type {Marks} */ ({ crash: null, asked: null }),
  update(value, transaction) {
    let next = value;
    for (const effect of transaction.effects) {
      if (effect.is(setCrash)) next = { ...next, crash: effect.value };
      if (effect.is(setAsked)) next = { ...next, asked: effect.value };
    }
    // After the first edit both marks are guesses: they are removed, since nobody likes a wrong accusation.
    return transaction.docChanged && next === value ? { crash: null, asked: null } : next;
  },
  provide: (field) =>
    EditorView.decorations.compute([field, "doc"], (state) => {
      const value = state.field(field);
      /**
       * @param {number | null | undefined} line
       * @param {Decoration} mark
       */
      const at = (line, mark) =>
        line && line >= 1 && line <= state.doc.lines ? [mark.range(state.doc.line(line).from)] : [];
      return Decoration.set([...at(value.crash?.line, crashed), ...at(value.asked, asked)], true);
    }),
});

/** The marks and the gutter's diagnostics, as one extension. */
export const problems = [
  marks,
  linter((view) => [...parserProblems(view), ...crashProblem(view)], {
    delay: 400,
    needsRefresh: (update) =>
      update.startState.field(marks) !== update.state.field(marks) ||
      update.focusChanged ||
      syntaxTreeAvailable(update.startState) !== syntaxTreeAvailable(update.state),
  }),
];
