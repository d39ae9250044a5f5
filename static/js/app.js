// The entry of lesson, exercise and playground pages: start first, then the elements in the order of the page.

import "./start.js";
import "./elements/theme-switch.js";
import "./elements/shortcut-dialog.js";
import "./elements/presence-note.js";
import "./elements/status-line.js";
import "./elements/split-pane.js";
import "./elements/quiz-question.js";
import "./elements/example-card.js";
import "./elements/hint-steps.js";
import "./elements/solution-diff.js";
import "./elements/run-toolbar.js";
import "./elements/workspace-picker.js";
import "./elements/code-editor.js";
import "./elements/client-list.js";
import "./elements/client-card.js";
import "./elements/panel-tabs.js";
import "./elements/wire-list.js";
import "./elements/server-log.js";
import "./elements/check-results.js";
import "./elements/work-history.js";
import "./elements/share-address.js";
import "./elements/phone-tabs.js";
