// Python as the editor and the comparison read it.

import { globalCompletion, localCompletionSource, pythonLanguage } from "@codemirror/lang-python";
import { LanguageSupport } from "@codemirror/language";
import { styleTags, tags } from "@lezer/highlight";
import { socketioCompletions } from "./completions.js";

/** A decorator is one thing to the eye, and Pygments paints it so in the lesson's text: the same here. */
export const language = pythonLanguage.configure({
  props: [styleTags({ "Decorator/VariableName Decorator/PropertyName Decorator/MemberExpression/...": tags.meta })],
});

/** The language with what it offers while one writes. */
export const python = new LanguageSupport(language, [
  language.data.of({ autocomplete: socketioCompletions }),
  language.data.of({ autocomplete: localCompletionSource }),
  language.data.of({ autocomplete: globalCompletion }),
]);
