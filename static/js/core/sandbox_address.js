// Where clients find the running server: below its sandbox's address, which may have a host of its own.

/**
 * Return the whole address of a path below the sandbox's, such as "A/" or "preview/about".
 *
 * @param {{url: string}} sandbox
 * @param {string} path
 */
export function below(sandbox, path) {
  return new URL(`${sandbox.url}${path}`, location.href).href;
}

/**
 * Return {origin, path} of the Engine.IO server that answers the client `tag`.
 *
 * @param {{url: string}} sandbox
 * @param {string} tag
 */
export function engineOf(sandbox, tag) {
  const { origin, pathname } = new URL(below(sandbox, `${tag}/socket.io`));
  return { origin, path: pathname };
}
