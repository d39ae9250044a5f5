// Style sheets for what comes late: popovers, the search, notes; the diagram. The page says where they lie.

const coming = new Map();

/** Bring a style sheet along, once; resolves when it is there, or can't be had. `name` is that of the page's data-… */
export function moreStyles(name = "more") {
  const address = document.documentElement.dataset[name];
  if (!address || document.querySelector(`link[rel=stylesheet][href="${address}"]`))
    return coming.get(name) ?? Promise.resolve();
  coming.set(
    name,
    new Promise((done) => {
      const link = document.createElement("link");
      Object.assign(link, { rel: "stylesheet", href: address, onload: done, onerror: done });
      document.head.append(link);
    }),
  );
  return coming.get(name);
}
