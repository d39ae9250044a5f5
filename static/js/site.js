// The entry of pages of text (the map, your data, errors): they need the theme and nothing of the workbench.

import { tendMenus } from "./menus.js";
import { tendSearch } from "./search/keys.js";
import { tendTerms } from "./terms.js";
import "./elements/print-button.js";
import "./elements/theme-switch.js";

tendMenus();
tendSearch();
tendTerms();
