// The entry of the course map: its predictions are answered live, and need the page's connection for it.

import "./start.js";
import { tendTerms } from "../lesson/terms.js";
import { tendSearch } from "../search/keys.js";
import "../page/theme-switch.js";
import "../lesson/quiz-question.js";

tendSearch();
tendTerms();
