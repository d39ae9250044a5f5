// A frame in words: one plain sentence, and the meaning of each piece of its prefix. Pure.

import { parseEngine } from "./engineio.js";
import { parseSocket } from "./socketio.js";

export { tellRelations } from "./trace.js";

/** The gateway keeps this many characters of a frame, and adds the mark where it has cut it. */
const KEPT_CHARACTERS = 8 * 1024;
const CUT_MARK = "…";

/** @type {Record<string, string>} */
const ENGINE = {
  open: "Engine.IO packet type open: the server begins the connection and says its terms.",
  close: "Engine.IO packet type close: this side ends the connection.",
  ping: "Engine.IO packet type ping: are you still there?",
  pong: "Engine.IO packet type pong: yes, still here.",
  message: "Engine.IO packet type message: a Socket.IO packet follows.",
  upgrade: "Engine.IO packet type upgrade: from now on, everything goes over WebSocket.",
  noop: "Engine.IO packet type noop: nothing to say; it only ends the waiting long-poll.",
  binary: "A binary attachment. Long-polling writes it as b and base64; over WebSocket it is a binary frame.",
};
/** @type {Record<string, string>} */
const SOCKET = {
  CONNECT: "Socket.IO packet type CONNECT: join a namespace.",
  DISCONNECT: "Socket.IO packet type DISCONNECT: leave a namespace.",
  EVENT: "Socket.IO packet type EVENT: a list of the event's name and its arguments follows.",
  ACK: "Socket.IO packet type ACK: the answer to the event with this id.",
  CONNECT_ERROR: "Socket.IO packet type CONNECT_ERROR: the namespace refused this client.",
  BINARY_EVENT: "Socket.IO packet type BINARY_EVENT: an event with binary attachments.",
  BINARY_ACK: "Socket.IO packet type BINARY_ACK: an answer with binary attachments.",
};

/**
 * Decode a row of the trace.
 *
 * Returns {engine, socket, sentence, parts}: `socket` is null where the frame carries no Socket.IO packet, `parts` are
 * the literal pieces with their meaning, [{kind, text, meaning}]; joined, their texts are the frame again.
 *
 * @param {TraceRow} row
 */
export function explain({ frame, direction, size }) {
  const engine = parseEngine(frame);
  const sender = direction === "sent" ? "The client" : "The server";
  if (engine.problem)
    return {
      engine,
      socket: null,
      sentence: engine.problem,
      parts: [{ kind: "data", text: frame ?? "", meaning: engine.problem }],
    };
  const socket = engine.name === "message" ? parseSocket(engine.data) : null;
  const sentence = [
    socket ? socketSentence(socket, sender, direction, isCut(frame)) : engineSentence(engine, sender),
    isCut(frame) && `Only its beginning is kept here: the whole frame has ${size ?? "more"} bytes.`,
  ]
    .filter(Boolean)
    .join(" ");
  return {
    engine,
    socket,
    sentence,
    parts: [...engineParts(engine), ...(socket ? socketParts(socket, engine.data) : [])],
  };
}

/**
 * @param {EnginePacket} engine
 * @param {string} sender
 */
function engineSentence({ name, data }, sender) {
  if (name === "open") return "The server opens the connection and tells its id and its heartbeat.";
  if (name === "ping")
    return data === "probe"
      ? `${sender} tries out the new WebSocket.`
      : `${sender} asks whether the other side is alive.`;
  if (name === "pong")
    return data === "probe" ? `${sender} confirms that the new WebSocket works.` : `${sender} is alive.`;
  if (name === "upgrade") return `${sender} moves from long-polling to WebSocket.`;
  if (name === "close") return `${sender} closes the connection.`;
  if (name === "noop") return `${sender} ends the waiting long-poll.`;
  return `${sender} sends the bytes that belong to the packet before.`;
}

/** @param {string} frame */
function isCut(frame) {
  return frame.length > KEPT_CHARACTERS && frame.endsWith(CUT_MARK);
}

/**
 * @param {Packet} socket
 * @param {string} sender
 * @param {Direction} direction
 * @param {boolean} cut
 */
function socketSentence(socket, sender, direction, cut) {
  if (socket.problem) return cut ? `${sender} sends a long ${socket.name} packet.` : socket.problem;
  const where = socket.namespace === "/" ? "" : ` in ${socket.namespace}`;
  switch (socket.name) {
    case "CONNECT":
      return direction === "sent"
        ? `The client asks to join ${socket.namespace}.`
        : `The server lets the client into ${socket.namespace} and gives it a session id.`;
    case "DISCONNECT":
      return direction === "sent"
        ? `The client leaves ${socket.namespace}.`
        : `The server puts the client out of ${socket.namespace}.`;
    case "CONNECT_ERROR":
      return `The server refuses the client at ${socket.namespace}.`;
    case "ACK":
    case "BINARY_ACK":
      return `${sender} acknowledges event number ${socket.ack}${where}.`;
    default:
      return `${sender} emits “${socket.event}”${where} with ${countOf(socket.args.length)}${socket.ack === null ? "" : ` and asks for acknowledgement ${socket.ack}`}.`;
  }
}

/** @param {number} count */
function countOf(count) {
  return count === 0 ? "no argument" : count === 1 ? "1 argument" : `${count} arguments`;
}

/** @param {EnginePacket} engine */
function engineParts({ type, name, data, binary }) {
  if (binary !== null)
    return [
      { kind: "engine", text: "b", meaning: ENGINE.binary },
      ...(binary ? [{ kind: "data", text: binary, meaning: "The bytes, as base64." }] : []),
    ];
  const first = { kind: "engine", text: type, meaning: ENGINE[name] };
  if (name === "message" || data === "") return [first];
  return [
    first,
    {
      kind: "data",
      text: data,
      meaning: data === "probe" ? "The word probe: this is a trial, no heartbeat." : openTerms(name),
    },
  ];
}

/** @param {string} name */
function openTerms(name) {
  return name === "open"
    ? "The terms as JSON: the Engine.IO session id, possible upgrades, how often the server pings (ms), how long it waits for the answer (ms), the largest message (bytes)."
    : "What comes with it.";
}

/**
 * @param {Packet} socket
 * @param {string} text
 */
function socketParts(socket, text) {
  if (socket.pieces.length === 0)
    return [{ kind: "data", text, meaning: socket.problem }].filter((part) => part.text !== "");
  return socket.pieces.map((piece) => ({ ...piece, meaning: meaningOf(piece, socket) }));
}

/**
 * @param {PacketPiece} piece
 * @param {Packet} socket
 */
function meaningOf({ kind }, socket) {
  switch (kind) {
    case "type":
      return SOCKET[socket.name];
    case "attachments":
      return `${socket.attachments === 1 ? "One binary attachment follows" : `${socket.attachments} binary attachments follow`} in frames of their own.`;
    case "namespace":
      return `The namespace. Without this piece it is “/”.`;
    case "ack":
      return socket.name.endsWith("ACK")
        ? "The id of the event that is acknowledged."
        : "The id under which an acknowledgement is awaited.";
    default:
      return socket.problem || dataMeaning(socket);
  }
}

/** @param {Packet} socket */
function dataMeaning(socket) {
  if (socket.event !== null) return "A JSON list: the event's name, then its arguments.";
  if (socket.name.endsWith("ACK")) return "A JSON list of what the handler returned.";
  if (socket.name === "CONNECT_ERROR") return "Why, as JSON.";
  return "Data of the connection, as JSON: auth from the client, the session id from the server.";
}
