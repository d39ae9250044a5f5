// What the server wrote into the page for its script.

/**
 * Return the data of a page, parsed; null where there is none (the map of an empty course, an error page).
 *
 * The text of a program that the lesson shows is sent once, in the lesson: it is read from there.
 */
export function readPageData(root) {
  const script = root.getElementById("page-data");
  if (!script) return null;
  const data = JSON.parse(script.textContent);
  for (const [id, example] of Object.entries(data.examples ?? {})) {
    example.source ??= root.querySelector(`example-card[data-example="${id}"] pre`).textContent;
  }
  return data;
}
