// The entry of the course map: its predictions are answered live, for which they need the page's connection.

import "./start.js";
import { tendTerms } from "../lesson/terms.js";
import { tendSearch } from "../search/keys.js";
import "../page/theme-switch.js";
import "../lesson/quiz-question.js";

tendSearch();
tendTerms();
