// What the server wrote into the page for its script.

/**
 * Return the data of a page, parsed; null where there is none (the map of an empty course, an error page).
 *
 * What the lesson shows of a program is sent once, in the lesson: it is read from there, between what stands before it
 * (imports, set-up) and after it (the run call).
 */
export function readPageData(root) {
  const script = root.getElementById("page-data");
  if (!script) return null;
  const data = JSON.parse(script.textContent);
  for (const [id, example] of Object.entries(data.examples ?? {})) {
    example.source ??= example.before + root.querySelector(`example-card[data-example="${id}"] pre`).textContent + example.after;
  }
  return data;
}
