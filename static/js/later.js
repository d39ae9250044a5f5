// What a page can do without for its first moments: dialogs, hints, questions (plain forms until then), and the panels
// that fill once a server runs.
// app.js imports it after everything else, so that text, editor and clients are usable sooner.

import "./elements/presence-note.js";
import "./elements/client-menu.js";
import "./elements/client-network.js";
import "./elements/client-faults.js";
import "./elements/server-faults.js";
import "./elements/wire-list.js";
import "./elements/server-log.js";
import "./elements/check-results.js";
import "./elements/hint-steps.js";
import "./elements/paragraph-notes.js";
import "./elements/quiz-question.js";
import "./elements/quiz-score.js";
import "./elements/shortcut-dialog.js";
import "./elements/runtime-picker.js";
import "./elements/solution-diff.js";
import "./elements/work-notes.js";
import "./elements/work-history.js";
import "./elements/share-address.js";
import "./elements/client-files.js";
import "./elements/preview-pane.js";
import { tendChanges } from "./changed_since.js";
import { tendClientCode } from "./client_code.js";
import { store } from "./core/page.js";
import { tendEventNames } from "./example_events.js";
import { whenInSight } from "./in_sight.js";
import { countModes } from "./mode_counts.js";
import { moreStyles } from "./more_styles.js";
import { keepReadingPlace } from "./reading_place.js";
import { tendSearch } from "./search/keys.js";
import { tendTables } from "./tables.js";
import { tendTerms } from "./terms.js";

store.subscribe(
  (state) => state.savedAnew,
  async (times) => {
    if (times === 0) return;
    try {
      await (await import("./newer_text.js")).showNewerText();
    } catch {
      store.set({ lessonChanged: true }); // then the reader is asked to reload
    }
  },
);
whenInSight("rooms-view", () => moreStyles().then(() => import("./elements/rooms-view.js")));
whenInSight("live-diagram", () => moreStyles("diagram").then(() => import("./elements/live-diagram.js")));
whenInSight("watch-player", () => moreStyles("diagram").then(() => import("./elements/watch-player.js")));
keepReadingPlace();
countModes();
tendClientCode();
tendEventNames();
tendChanges();
tendSearch();
tendTables();
tendTerms();
