// What has to happen before any element is defined: the page's connection, and the keys that work everywhere.

import { actions, ready, startPage } from "../core/page.js";
import { listenForShortcuts } from "../dom/keys.js";
import { tendMenus } from "../dom/menus.js";
import { listenForRegions } from "../dom/regions.js";

tendMenus();
ready.then(() => {
  if (!startPage()) return;
  listenForShortcuts(actions);
  listenForRegions();
});
