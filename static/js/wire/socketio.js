// Engine.IO message → Socket.IO packet (protocol revision 5, https://socket.io/docs/v4/socket-io-protocol/). Pure.

const NAMES = ["CONNECT", "DISCONNECT", "EVENT", "ACK", "CONNECT_ERROR", "BINARY_EVENT", "BINARY_ACK"];
const DECORATED = /^(\d)(?:(\d+)(-))?(?:(\/[^,]*)(,?))?(\d*)/;

/**
 * Parse the text of an Engine.IO message.
 *
 * Returns {type, name, attachments, namespace, ack, data, event, args, pieces, problem}. `ack` is a string of digits
 * or null; `data` is the decoded JSON or undefined; `event` and `args` are set for events, `args` for
 * acknowledgements too; `pieces` are the literal parts in order, [{kind, text}]; `problem` is a sentence or "".
 *
 * @param {string} text
 * @returns {Packet}
 */
export function parseSocket(text) {
  const match = DECORATED.exec(text);
  const name = match ? NAMES[Number(match[1])] : undefined;
  if (!match || !name)
    return { ...nothing(), problem: "This message does not begin with a Socket.IO packet type, 0 to 6." };
  const [, type, count, dash, path, comma, id] = match;
  const json = text.slice(match[0].length);
  const pieces = /** @type {(PacketPiece | false)[]} */ ([
    { kind: "type", text: type },
    count !== undefined && { kind: "attachments", text: count + dash },
    path !== undefined && { kind: "namespace", text: path + comma },
    id !== "" && { kind: "ack", text: id },
    json !== "" && { kind: "data", text: json },
  ]).filter(Boolean);
  /** @type {Packet} */
  const packet = {
    type,
    name,
    attachments: Number(count ?? 0),
    namespace: path ?? "/",
    ack: id === "" ? null : id,
    data: undefined,
    event: null,
    args: [],
    pieces,
    problem: "",
  };
  if (json !== "") return withData(packet, json);
  return carriesList(packet) ? { ...packet, problem: `${name} carries a list, and nothing stands here.` } : packet;
}

/** @param {{name: string}} packet */
function carriesList({ name }) {
  return name.endsWith("EVENT") || isAnswer(name);
}

/** @param {string} name */
function isAnswer(name) {
  return name.endsWith("ACK");
}

/**
 * @param {Packet} packet
 * @param {string} json
 * @returns {Packet}
 */
function withData(packet, json) {
  let data;
  try {
    data = JSON.parse(json);
  } catch {
    return { ...packet, problem: "What stands after the prefix is not JSON." };
  }
  if (!carriesList(packet)) return { ...packet, data };
  if (!Array.isArray(data)) return { ...packet, data, problem: `${packet.name} carries a list.` };
  if (isAnswer(packet.name))
    return {
      ...packet,
      data,
      args: data,
      problem: packet.ack === null ? "An acknowledgement names the event it answers, by its id." : "",
    };
  if (typeof data[0] !== "string") return { ...packet, data, problem: "An event's list begins with its name." };
  return { ...packet, data, event: data[0], args: data.slice(1) };
}

/** @returns {Packet} */
function nothing() {
  return {
    type: null,
    name: "unknown",
    attachments: 0,
    namespace: "/",
    ack: null,
    data: undefined,
    event: null,
    args: [],
    pieces: [],
    problem: "",
  };
}
