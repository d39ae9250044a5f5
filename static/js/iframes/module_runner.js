// Runs one module of client code in its page: imports become look-ups in the page's modules, JSX becomes calls.

import { transform } from "sucrase";

/**
 * Run `source`, the text of the file `name`, and return its exports.
 *
 * It becomes a script of the page, not an eval, which the page's policy forbids. Every line keeps its number, so an
 * error leads to the line that its author wrote.
 *
 * @param {string} source
 * @param {string} name
 * @param {Record<string, unknown>} modules
 * @returns {Record<string, any>}
 */
export function runModule(source, name, modules) {
  const { code } = transform(source, {
    transforms: ["jsx", "imports"],
    jsxRuntime: "automatic",
    production: true,
    filePath: name,
  });
  /** @type {Record<string, any>} */
  const exports = {};
  /** @param {string} wanted */
  const lookUp = (wanted) => {
    if (Object.hasOwn(modules, wanted)) return modules[wanted];
    throw new Error(
      `“${wanted}” can't be imported here. There is ${Object.keys(modules)
        .filter((each) => !each.endsWith("jsx-runtime"))
        .join(", ")}.`,
    );
  };
  const script = document.createElement("script");
  script.textContent = `window.duplexModule = function (require, exports) {${code}\n};\n//# sourceURL=${name}`;
  document.body.append(script);
  script.remove();
  const body = window.duplexModule;
  delete window.duplexModule;
  body?.(lookUp, exports);
  return exports;
}

/**
 * Read a file of the program; they are beside the page.
 *
 * @param {string} name
 */
export async function readFile(name) {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name} could not be read.`);
  return answer.text();
}

/** Where a component is mounted: the page's own #app or #root, otherwise an element at the end of the page. */
export function placeFor() {
  const place = document.querySelector("#app, #root") ?? document.createElement("div");
  if (!place.isConnected) document.body.append(place);
  return place;
}
