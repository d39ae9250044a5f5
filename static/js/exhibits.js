// The entry of what the text shows live beside its words. Loaded after app.js, by the pages that have an exhibit.

import "./elements/exhibit-race.js";
import "./elements/exhibit-latency.js";
import "./elements/exhibit-handshake.js";
import { whenInSight } from "./in_sight.js";

whenInSight("exhibit-layers", () => import("./elements/exhibit-layers.js"));
