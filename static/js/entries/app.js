// The entry of lesson, exercise and playground pages: start first, then the elements in the order of the page.

import "./start.js";
import { ready } from "../core/page.js";
import "../page/theme-switch.js";
import "../page/status-line.js";
import "../lesson/mode-switch.js";
import "../page/split-pane.js";
import "../lesson/example-card.js";
import "../code/run-toolbar.js";
import "../code/workspace-picker.js";
import "../code/code-editor.js";
import "../clients/client-list.js";
import "../page/panel-tabs.js";
import "../page/phone-tabs.js";

ready.then(() => import("./later.js"));
