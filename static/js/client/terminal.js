// The program by which a terminal joins a running server: Python, ready to be pasted. Pure.

/** Return it; it asks what a client of the page would ask. */
export function terminalProgram({ base, id, event, args }) {
  const data = args.length === 0 ? "" : `, ${args.length === 1 ? python(args[0]) : `(${args.map(python).join(", ")})`}`;
  return `import socketio
sio = socketio.Client()
sio.on("*", print)
sio.connect("${base}", socketio_path="/sandbox/${id}/terminal/socket.io")
print(sio.call(${python(event)}${data}))  # or any other event that your server knows
sio.wait()`;
}

/** Return a JSON value as Python writes it. */
function python(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") return `{${Object.entries(value).map(([key, held]) => `${python(key)}: ${python(held)}`).join(", ")}}`;
  return JSON.stringify(value);
}
