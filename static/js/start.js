// What has to happen before any element wakes up: the page's data into the store, and the keys that work everywhere.

import { listenForShortcuts } from "./core/keys.js";
import { actions, loadPageData } from "./core/page.js";
import { tendMenus } from "./menus.js";
import { listenForRegions } from "./regions.js";

tendMenus();
if (loadPageData()) {
  listenForShortcuts(actions);
  listenForRegions();
}
