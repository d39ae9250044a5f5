// A frame opened layer by layer, from the bytes on the connection down to the event and its handler.

import { h } from "../dom/h.js";
import { layersOf } from "../wire/layers.js";

/** Draw the layers of a row; `handler` are the nodes of the last layer, or null where no handler is known. */
export function peeled(row, handler = null) {
  const layers = layersOf(row);
  const items = layers.map(drawLayer);
  if (handler)
    items.push(h("li", { class: "layer" }, h("strong", { class: "layer-name" }, "Your handler"), h("p", {}, handler)));
  return h("ol", { class: "layers" }, items);
}

function drawLayer({ name, sentence, text, bytes, bits, more }) {
  return h(
    "li",
    { class: "layer" },
    h("strong", { class: "layer-name" }, name),
    h("p", {}, sentence),
    bits.length > 0 ? header(bits) : null,
    bytes.length > 0
      ? h(
          "p",
          { class: "bytes mono" },
          bytes.map((byte, i) => [i > 0 ? " " : "", h("span", { class: byte === "??" ? "is-random" : "" }, byte)]),
          more > 0 ? ` … ${more} more` : "",
        )
      : null,
    text === "" ? null : h("pre", { class: "raw" }, text),
  );
}

/** The header's bits, drawn: each field with its name above and its meaning below. */
function header(bits) {
  return h(
    "dl",
    { class: "bits" },
    bits.map(({ name, value, meaning }) =>
      h(
        "div",
        {},
        h("dt", {}, name),
        h("dd", { class: "mono bit" }, value.length > 24 ? `…${value.slice(-24)}` : value),
        h("dd", { class: "note" }, meaning),
      ),
    ),
  );
}
