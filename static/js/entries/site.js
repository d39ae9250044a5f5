// The entry of text pages (the map, your data, errors): they need the theme but nothing of the workbench.

import { tendMenus } from "../dom/menus.js";
import { tendTerms } from "../lesson/terms.js";
import { tendSearch } from "../search/keys.js";
import "../lesson/print-button.js";
import "../page/theme-switch.js";

tendMenus();
tendSearch();
tendTerms();
