// Building DOM from text. Whatever comes from a learner, a client or a frame enters the page as a text node.

const AS_PROPERTY = new Set(["value", "checked", "disabled", "hidden", "selected", "open", "readOnly", "htmlFor"]);

/**
 * Make an element: `h("button", {class: "small", onclick: run, "aria-pressed": "true"}, "Run")`.
 *
 * A prop that is a function and starts with "on" becomes a listener; `dataset` takes an object; null, undefined and
 * false leave an attribute out. Children are nodes, or text; null and false are skipped, arrays are flattened.
 *
 * @template {string} Tag
 * @param {Tag} tag
 * @param {Record<string, any> | null} [props]
 * @param {...any} children
 * @returns {Tag extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag] : HTMLElement}
 */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) applyProp(node, name, value);
  node.append(...children.flat(Infinity).filter(isShown).map(asNode));
  return /** @type {any} */ (node);
}

/**
 * Replace the content of `node` by `children` (same rules as for `h`).
 *
 * @template {Element} Place
 * @param {Place} node
 * @param {...any} children
 * @returns {Place}
 */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter(isShown).map(asNode));
  return node;
}

/**
 * The head of a dialog: its title, and the cross that closes it.
 *
 * @param {string} id
 * @param {string} title
 * @param {() => void} close
 */
export function dialogHead(id, title, close) {
  return h(
    "div",
    { class: "dialog-head" },
    h("h2", { id }, title),
    h(
      "button",
      { type: "button", class: "quiet icon-only", "aria-label": "Close", onclick: close },
      h("span", { class: "i i-cross", "aria-hidden": "true" }),
    ),
  );
}

/**
 * Show HTML that our own server rendered and sanitised: lesson text, hints, reasons, explanations of mistakes.
 *
 * This, and `trustedPage` below, are the only places in the front end where HTML enters as a string. Never pass a
 * learner's text, a name, a frame or a log line.
 *
 * @template {Element} Place
 * @param {Place} node
 * @param {string | null | undefined} html
 * @returns {Place}
 */
export function trustedHtml(node, html) {
  const template = document.createElement("template");
  template.innerHTML = html ?? "";
  node.replaceChildren(template.content);
  return node;
}

/**
 * Parse a page that our own server rendered, to reuse parts of it; nothing in it runs or loads.
 *
 * @param {string} html
 */
export function trustedPage(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

/**
 * @param {any} node
 * @param {string} name
 * @param {any} value
 */
function applyProp(node, name, value) {
  if (AS_PROPERTY.has(name)) {
    if (value !== undefined && value !== null) node[name] = value;
  } else if (value === null || value === undefined || value === false) {
    return;
  } else if (typeof value === "function" && name.startsWith("on")) {
    node.addEventListener(name.slice(2), value);
  } else if (name === "dataset") {
    Object.assign(node.dataset, value);
  } else {
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {unknown} child */
function isShown(child) {
  return child !== null && child !== undefined && child !== false && child !== "";
}

/** @param {unknown} child */
function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}
