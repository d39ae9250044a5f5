// Style sheets for what is loaded late: popovers, the search, notes; the diagram. The page has their addresses.

const coming = new Map();

/** Load a style sheet once; resolves when it is loaded or has failed. `name` is that of the page's data-… */
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
