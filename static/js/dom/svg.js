// Making SVG without HTML strings.

const NAMESPACE = "http://www.w3.org/2000/svg";

/** Make an SVG element: `svg("circle", {cx: 3, cy: 4, r: 2}, …children)`. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(NAMESPACE, tag);
  place(node, attributes);
  node.append(...children);
  return node;
}

/** Set attributes of an SVG element. Equal values are not set again: that would cause a new layout. */
export function place(node, attributes) {
  for (const [name, value] of Object.entries(attributes))
    if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  return node;
}
