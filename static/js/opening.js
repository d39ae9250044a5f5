// The entry of the course map: its predictions are answered live, and need the page's connection for it.

import "./start.js";
import { tendSearch } from "./search/keys.js";
import { tendTerms } from "./terms.js";
import "./elements/theme-switch.js";
import "./elements/quiz-question.js";

tendSearch();
tendTerms();
