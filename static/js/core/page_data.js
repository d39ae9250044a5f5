// The data that the server sends for the page's script, in the page and beside it.

const AGAIN_MS = 2_000;

/**
 * Return the data of a page; null where there is none (the map of an empty course, an error page).
 *
 * A lesson's programs are the same for everybody and come in a file of their own, which the browser caches: the page
 * has only what differs for this learner. What the lesson shows of an example is sent once, in the lesson: it is read
 * from there, between the lines before it (imports, set-up) and after it (the run call).
 *
 * @param {Document} root
 * @returns {Promise<PageData | null>}
 */
export async function readPageData(root) {
  const script = root.getElementById("page-data");
  if (!script) return null;
  const data = JSON.parse(script.textContent);
  const file = /** @type {HTMLLinkElement | null} */ (root.getElementById("programs"));
  if (!file) return data;
  const { examples, workspaces } = await arrived(file.href);
  for (const name in workspaces) Object.assign(workspaces[name], data.workspaces[name]);
  for (const [id, example] of Object.entries(examples)) {
    const shown = root.querySelector(`example-card[data-example="${id}"] pre`)?.textContent ?? "";
    example.source ??= example.before + shown + example.after;
  }
  return { ...data, examples, workspaces };
}

/**
 * Without the programs there is nothing to run: wait for them, no matter how long the network is down.
 *
 * @param {string} address
 * @returns {Promise<Pick<PageData, "examples" | "workspaces">>}
 */
async function arrived(address) {
  for (;;) {
    try {
      const answer = await fetch(address);
      if (answer.ok) return await answer.json();
    } catch {
      // No network, or it broke off half way.
    }
    await new Promise((again) => setTimeout(again, AGAIN_MS));
  }
}
