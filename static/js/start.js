// What has to happen before any element wakes up: the page's connection, and the keys that work everywhere.

import { listenForShortcuts } from "./core/keys.js";
import { actions, ready, startPage } from "./core/page.js";
import { tendMenus } from "./menus.js";
import { listenForRegions } from "./regions.js";

tendMenus();
ready.then(() => {
  if (!startPage()) return;
  listenForShortcuts(actions);
  listenForRegions();
});
