// The entry of lesson, exercise and playground pages: start first, then the elements in the order of the page.

import "./start.js";
import { ready } from "./core/page.js";
import "./elements/theme-switch.js";
import "./elements/status-line.js";
import "./elements/mode-switch.js";
import "./elements/split-pane.js";
import "./elements/example-card.js";
import "./elements/run-toolbar.js";
import "./elements/workspace-picker.js";
import "./elements/code-editor.js";
import "./elements/client-list.js";
import "./elements/panel-tabs.js";
import "./elements/phone-tabs.js";

ready.then(() => import("./later.js"));
