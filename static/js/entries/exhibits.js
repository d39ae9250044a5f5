// The entry of what the text shows live beside its words. Loaded after app.js, by the pages that have an exhibit.

import "../exhibits/exhibit-race.js";
import "../exhibits/exhibit-latency.js";
import "../exhibits/exhibit-handshake.js";
import { whenInSight } from "../dom/in_sight.js";

whenInSight("exhibit-layers", () => import("../exhibits/exhibit-layers.js"));
