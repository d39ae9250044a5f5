// The program by which a terminal joins a running server: Python, ready to paste. Pure.

/**
 * Return the program: it connects to `path` at `origin` and emits as a client of the page would. `auth` is undefined if
 * there is none.
 *
 * @param {{origin: string, path: string, event: string, args: any[], namespace: string, auth?: any}} call
 */
export function terminalProgram({ origin, path, event, args, namespace, auth }) {
  const data = args.length === 0 ? "" : `, ${args.length === 1 && args[0] !== null ? python(args[0]) : tuple(args)}`;
  const there = namespace === "/" ? "" : `, namespace=${python(namespace)}`;
  const door = auth === undefined ? "" : `, auth=${python(auth)}`;
  return `import socketio
sio = socketio.Client()
sio.on("*", print${there})
sio.connect("${origin}", socketio_path="${path}"${there.replace("namespace=", "namespaces=")}${door})
print(sio.call(${python(event)}${data}${there}))  # or any other event that your server knows
sio.wait()  # goes on listening; Ctrl-C ends it`;
}

/**
 * Several arguments as a tuple; also a lone None, which otherwise would count as no argument.
 *
 * @param {any[]} args
 */
function tuple(args) {
  return args.length === 1 ? `(${python(args[0])},)` : `(${args.map(python).join(", ")})`;
}

/**
 * Return a JSON value as Python writes it.
 *
 * @param {any} value
 * @returns {string}
 */
function python(value) {
  if (value === null || value === Infinity || value === -Infinity) return "None"; // JSON has no infinity either
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([key, held]) => `${python(key)}: ${python(held)}`)
      .join(", ")}}`;
  return JSON.stringify(value);
}
