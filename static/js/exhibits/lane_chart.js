// One lane of the race, drawn while it runs: when each message was made and arrived, and when the page asked.

import { svg } from "../dom/svg.js";

const WIDTH = 400;
const HEIGHT = 46;
const EDGE = 8;
const MADE_Y = 9;
const ARRIVED_Y = 29;

/** Draws on a time axis from 0 to `length` milliseconds; what is outside is drawn at its edge. */
export class LaneChart {
  constructor(length) {
    this.length = length;
    this.marks = svg("g");
    this.now = svg("path", { class: "lane-now" });
    const seconds = Array.from(
      { length: Math.floor(length / 1_000) + 1 },
      (_, i) => `M${this.#x(i * 1_000)} 2V${HEIGHT - 8}`,
    ).join("");
    this.node = svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "lane-chart", "aria-hidden": "true" },
      svg("path", { class: "lane-seconds", d: seconds }),
      svg("path", { class: "lane-axis", d: `M${EDGE} ${MADE_Y}H${WIDTH - EDGE}M${EDGE} ${ARRIVED_Y}H${WIDTH - EDGE}` }),
      this.marks,
      this.now,
    );
  }

  /** A message that was made at `made` and arrived at `arrived`, both in milliseconds of this lane. */
  message(made, arrived) {
    const [from, to] = [this.#x(made), this.#x(arrived)];
    this.marks.append(
      svg("path", { class: "lane-way", d: `M${from} ${MADE_Y}L${to} ${ARRIVED_Y}` }),
      svg("circle", { class: "lane-made", cx: from, cy: MADE_Y, r: 2.5 }),
      svg("circle", { class: "lane-arrived", cx: to, cy: ARRIVED_Y, r: 3.5 }),
    );
  }

  request(at) {
    this.marks.append(svg("path", { class: "lane-request", d: `M${this.#x(at)} ${HEIGHT - 10}v8` }));
  }

  /** Show how far the lane is; null when it has ended. */
  at(time) {
    this.now.setAttribute("d", time === null ? "" : `M${this.#x(time)} 2V${HEIGHT - 8}`);
  }

  clear() {
    this.marks.replaceChildren();
    this.at(null);
  }

  #x(time) {
    return (EDGE + Math.min(Math.max(time / this.length, 0), 1) * (WIDTH - 2 * EDGE)).toFixed(1);
  }
}
