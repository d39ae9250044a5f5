// The second style sheet, for what comes late: popovers, the search, notes. The page says where it lies.

let coming = null;

/** Bring the style sheet along, once; resolves when it is there, or can't be had. */
export function moreStyles() {
  const address = document.documentElement.dataset.more;
  if (!address || document.querySelector(`link[rel=stylesheet][href="${address}"]`)) return coming ?? Promise.resolve();
  coming = new Promise((done) => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href: address, onload: done, onerror: done });
    document.head.append(link);
  });
  return coming;
}
