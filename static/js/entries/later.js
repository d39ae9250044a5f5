// What a page does not need for its first moments: dialogs, hints, questions (plain forms until then), and the panels
// that fill once a server runs.
// app.js imports it after everything else, so that text, editor and clients are usable sooner.

import "../page/presence-note.js";
import "../clients/client-menu.js";
import "../clients/client-network.js";
import "../clients/client-faults.js";
import "../code/server-faults.js";
import "../traffic/wire-list.js";
import "../traffic/server-log.js";
import "../checks/check-results.js";
import "../lesson/hint-steps.js";
import "../lesson/paragraph-notes.js";
import "../lesson/quiz-question.js";
import "../lesson/quiz-score.js";
import "../page/shortcut-dialog.js";
import "../code/runtime-picker.js";
import "../code/solution-diff.js";
import "../code/work-notes.js";
import "../code/work-history.js";
import "../clients/share-address.js";
import "../clients/client-files.js";
import "../clients/preview-pane.js";
import "../project/bring-project.js";
import { tendClientCode } from "../clients/client_code.js";
import { tendChanges } from "../code/changed_since.js";
import { store } from "../core/page.js";
import { whenInSight } from "../dom/in_sight.js";
import { moreStyles } from "../dom/more_styles.js";
import { tendTables } from "../dom/tables.js";
import { tendEventNames } from "../lesson/example_events.js";
import { countModes } from "../lesson/mode_counts.js";
import { keepReadingPlace } from "../lesson/reading_place.js";
import { tendTerms } from "../lesson/terms.js";
import { tendSearch } from "../search/keys.js";

store.subscribe(
  (state) => state.savedAnew,
  async (times) => {
    if (times === 0) return;
    try {
      await (await import("../lesson/newer_text.js")).showNewerText();
    } catch {
      store.set({ lessonChanged: true }); // then the reader is asked to reload
    }
  },
);
whenInSight("rooms-view", () => moreStyles().then(() => import("../traffic/rooms-view.js")));
whenInSight("live-diagram", () => moreStyles("diagram").then(() => import("../traffic/live-diagram.js")));
whenInSight("watch-player", () => moreStyles("diagram").then(() => import("../traffic/watch-player.js")));
keepReadingPlace();
countModes();
tendClientCode();
tendEventNames();
tendChanges();
tendSearch();
tendTables();
tendTerms();
