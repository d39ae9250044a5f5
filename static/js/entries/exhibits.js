// The entry of the exhibits in the text. Loaded after app.js, by the pages that have one.

import "../exhibits/exhibit-race.js";
import "../exhibits/exhibit-latency.js";
import "../exhibits/exhibit-handshake.js";
import { whenInSight } from "../dom/in_sight.js";

whenInSight("exhibit-layers", () => import("../exhibits/exhibit-layers.js"));
