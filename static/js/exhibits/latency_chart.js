// Round trips as they come: the last 20 seconds, the newest on the right, with earlier runs of the same job behind
// them.

import { svg } from "../dom/svg.js";
import { took } from "./latency_runs.js";
import { duration } from "./measures.js";

const WIDTH = 480;
const HEIGHT = 170;
const LEFT = 46;
const TOP = 12;
const BOTTOM = 150;
const STEPS = [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000];

export class LatencyChart {
  constructor(length) {
    this.length = length;
    this.grid = svg("g", { class: "chart-grid" });
    this.earlier = svg("g");
    this.marks = svg("g", { class: "chart-marks" });
    this.line = svg("path", { class: "chart-line" });
    this.node = svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "latency-chart", "aria-hidden": "true" },
      this.grid,
      this.earlier,
      this.marks,
      this.line,
      svg("text", { class: "chart-word", x: WIDTH, y: HEIGHT - 3, "text-anchor": "end" }, "now"),
      svg("text", { class: "chart-word", x: LEFT, y: HEIGHT - 3 }, `${length / 1_000} s ago`),
    );
  }

  /**
   * `marks` are [{at, job, row}], written in rows so that neighbours stay readable; `earlier` [{runtime, line}], to be
   * drawn from the time `earlierAt` on.
   */
  draw({ samples, marks, earlier, earlierAt, now }) {
    const from = now - this.length;
    const top = ceiling([
      ...samples.map((sample) => took(sample, now)),
      ...earlier.flatMap(({ line }) => line.map(([, ms]) => ms)),
    ]);
    const x = (time) => LEFT + (Math.max(time - from, 0) / this.length) * (WIDTH - LEFT - 2);
    const y = (ms) => BOTTOM - (Math.min(ms, top) / top) * (BOTTOM - TOP);
    this.#drawGrid(top, y);
    this.line.setAttribute(
      "d",
      pathOf(samples.filter(({ sent }) => sent >= from).map((sample) => [x(sample.sent), y(took(sample, now))])),
    );
    this.marks.replaceChildren(
      ...marks
        .filter(({ at }) => at >= from)
        .flatMap(({ at, job, row }) => [
          svg("path", { d: `M${x(at).toFixed(1)} ${TOP - 8}V${BOTTOM}` }),
          svg(
            "text",
            { ...(x(at) > WIDTH * 0.7 ? { x: x(at) - 4, "text-anchor": "end" } : { x: x(at) + 4 }), y: TOP + 13 * row },
            job,
          ),
        ]),
    );
    this.earlier.replaceChildren(
      ...earlier.map(({ runtime, line }) =>
        svg("path", {
          class: `chart-earlier is-${runtime}`,
          d: pathOf(
            line
              .map(([ms, value]) => [earlierAt + ms, value])
              .filter(([at]) => at >= from && at <= now)
              .map(([at, value]) => [x(at), y(value)]),
          ),
        }),
      ),
    );
  }

  #drawGrid(top, y) {
    if (this.top === top) return;
    this.top = top;
    this.grid.replaceChildren(
      ...[0, top / 2, top].flatMap((ms) => [
        svg("path", { d: `M${LEFT} ${y(ms)}H${WIDTH}` }),
        svg(
          "text",
          { class: "chart-word", x: LEFT - 6, y: y(ms) + 4, "text-anchor": "end" },
          ms === 0 ? "0" : ms >= 1_000 ? `${ms / 1_000} s` : duration(ms),
        ),
      ]),
    );
  }
}

/** Return the round number at which the axis ends. */
function ceiling(values) {
  const most = Math.max(0, ...values);
  return STEPS.find((step) => step >= most) ?? STEPS.at(-1);
}

function pathOf(points) {
  return points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}
