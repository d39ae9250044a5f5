// What a page can do without until somebody asks for it: dialogs. Loaded after the page is usable.

import "./elements/shortcut-dialog.js";
import "./elements/solution-diff.js";
import "./elements/work-history.js";
import "./elements/share-address.js";
