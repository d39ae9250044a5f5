// Python for the editor and the comparison.

import { globalCompletion, localCompletionSource, pythonLanguage } from "@codemirror/lang-python";
import { LanguageSupport } from "@codemirror/language";
import { styleTags, tags } from "@lezer/highlight";
import { socketioCompletions } from "./completions.js";

/** A decorator has one colour as a whole, as Pygments has it in the lesson's text. */
export const language = pythonLanguage.configure({
  props: [styleTags({ "Decorator/VariableName Decorator/PropertyName Decorator/MemberExpression/...": tags.meta })],
});

/** The language, with its completions. */
export const python = new LanguageSupport(language, [
  language.data.of({ autocomplete: socketioCompletions }),
  language.data.of({ autocomplete: localCompletionSource }),
  language.data.of({ autocomplete: globalCompletion }),
]);
