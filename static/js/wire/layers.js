// One frame, layer by layer: bytes on the connection, WebSocket frame (RFC 6455, section 5.2), Engine.IO packet,
// Socket.IO packet, event. Pure.
//
// The gateway keeps the content of a frame, not the bytes that carried it: header and bytes are computed from it again.

import { readRow } from "./read.js";

const SHOWN_BYTES = 48;
const CUT_MARK = "…";
const KEPT_CHARACTERS = 8 * 1024;

/**
 * Return the layers of a row, outermost first: [{name, sentence, text, bytes, bits}]. `text` is what this layer passes
 * on, `bytes` are hexadecimal pairs (for the first layer), `bits` the header's fields, [{name, value, meaning}].
 *
 * @param {TraceRow} row
 * @returns {Layer[]}
 */
export function layersOf(row) {
  const { engine, socket } = readRow(row);
  const carried = row.transport === "polling" ? overHttp(row) : overWebSocket(row, engine);
  return [...carried, ...engineLayer(row, engine), ...socketLayers(socket)];
}

/**
 * @param {TraceRow} row
 * @param {EnginePacket} engine
 * @returns {Layer[]}
 */
function overWebSocket(row, engine) {
  const payload = payloadOf(row, engine);
  const length = row.size ?? payload.length;
  const bits = headerBits({ binary: engine.binary !== null, masked: row.direction === "sent", length });
  const header = headerBytes(bits);
  const masked = row.direction === "sent";
  const shown = masked
    ? [...header, "??", "??", "??", "??"]
    : [...header, ...[...payload.slice(0, SHOWN_BYTES)].map(hex)];
  const total = header.length + (masked ? 4 : 0) + length;
  return [
    {
      name: "TCP",
      sentence: `${total} bytes on a connection that stays open. TCP knows nothing of messages: it only keeps the bytes in order.${masked ? " The browser mixes the rest with four random bytes (??), so here it looks like noise." : ""}`,
      bytes: shown,
      more: masked ? length : Math.max(0, length - SHOWN_BYTES),
      text: "",
      bits: [],
    },
    {
      name: "WebSocket frame",
      sentence: `A header of ${header.length + (masked ? 4 : 0)} bytes says where the message ends and what it is; ${length} bytes of ${engine.binary === null ? "text" : "data"} follow.`,
      bits,
      bytes: [],
      more: 0,
      text: engine.binary === null ? row.frame : "",
    },
  ];
}

/**
 * @param {TraceRow} row
 * @returns {Layer[]}
 */
function overHttp(row) {
  const sent = row.direction === "sent";
  return [
    {
      name: "HTTP",
      sentence: sent
        ? "This connection still polls: the packet travelled as the body of a POST. Several packets in one body are separated by the byte 1e."
        : "This connection still polls: the packet travelled in the answer to a GET that had been waiting. Several packets in one answer are separated by the byte 1e.",
      text: row.frame,
      bytes: [],
      bits: [],
      more: 0,
    },
  ];
}

/**
 * The fields of a WebSocket header, in the order of the wire; `length` in bytes.
 *
 * @param {{binary?: boolean, masked?: boolean, length: number}} header
 * @returns {HeaderField[]}
 */
export function headerBits({ binary = false, masked = false, length }) {
  const small = length < 126 ? length : length < 65_536 ? 126 : 127;
  const longer = { 126: 16, 127: 64 }[small];
  return [
    { name: "FIN", value: "1", meaning: "the message ends with this frame" },
    { name: "RSV", value: "000", meaning: "no extension is in use, such as compression" },
    { name: "opcode", value: binary ? "0010" : "0001", meaning: binary ? "bytes" : "text" },
    {
      name: "MASK",
      value: masked ? "1" : "0",
      meaning: masked ? "from a client: always masked" : "from a server: never masked",
    },
    {
      name: "length",
      value: binaryOf(small, 7),
      meaning: longer ? `${small}: the real length follows` : `${length} bytes`,
    },
    ...(longer ? [{ name: "more length", value: binaryOf(length, longer), meaning: `${length} bytes` }] : []),
    ...(masked
      ? [{ name: "masking key", value: "????????", meaning: "four random bytes, new for each frame; not kept here" }]
      : []),
  ];
}

/** @param {HeaderField[]} bits */
function headerBytes(bits) {
  const known = bits
    .filter(({ value }) => !value.includes("?"))
    .map(({ value }) => value)
    .join("");
  return (known.match(/.{8}/g) ?? []).map((byte) => hex(Number.parseInt(byte, 2)));
}

/**
 * @param {TraceRow} row
 * @param {EnginePacket} engine
 */
function payloadOf(row, { binary }) {
  if (binary === null) return new TextEncoder().encode(row.frame.slice(0, KEPT_CHARACTERS));
  try {
    return Uint8Array.from(atob(binary.replace(CUT_MARK, "")), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/**
 * @param {TraceRow} row
 * @param {EnginePacket} engine
 * @returns {Layer[]}
 */
function engineLayer(row, engine) {
  if (engine.binary !== null)
    return [
      layer(
        "Attachment",
        "The bytes that the packet before has announced: its placeholder is filled with them.",
        engine.binary,
      ),
    ];
  if (engine.problem) return [layer("Engine.IO packet", engine.problem, row.frame)];
  const what = {
    message: "a message; what follows belongs to Socket.IO",
    ping: "are you still there?",
    pong: "still here",
    open: "the terms of the connection",
    upgrade: "from now on over WebSocket",
    noop: "nothing, only to end a poll",
    close: "the end",
  }[engine.name];
  return [
    layer(
      "Engine.IO packet",
      `The first character, ${engine.type}, is its type: ${engine.name} (${what}).`,
      engine.data,
    ),
  ];
}

/**
 * @param {Packet | null} socket
 * @returns {Layer[]}
 */
function socketLayers(socket) {
  if (socket === null) return [];
  if (socket.problem) return [layer("Socket.IO packet", socket.problem, "")];
  const told = [
    `Type ${socket.type} is ${socket.name}`,
    socket.attachments > 0 &&
      `${socket.attachments} ${socket.attachments === 1 ? "attachment follows" : "attachments follow"}`,
    `namespace ${socket.namespace}`,
    socket.ack !== null && `acknowledgement id ${socket.ack}`,
  ]
    .filter(Boolean)
    .join(", ");
  const data = socket.pieces.find(({ kind }) => kind === "data")?.text ?? "";
  const packet = layer("Socket.IO packet", `${told}.`, data);
  if (socket.event !== null)
    return [
      packet,
      layer(
        "Event",
        `JSON becomes an event's name and ${socket.args.length === 1 ? "one argument" : `${socket.args.length} arguments`}.`,
        [socket.event, ...socket.args.map((value) => JSON.stringify(value))].join("\n"),
      ),
    ];
  if (socket.name.endsWith("ACK"))
    return [
      packet,
      layer(
        "Acknowledgement",
        "JSON becomes what the other side returned.",
        socket.args.map((value) => JSON.stringify(value)).join("\n"),
      ),
    ];
  return [packet];
}

/**
 * @param {string} name
 * @param {string} sentence
 * @param {string} text
 * @returns {Layer}
 */
function layer(name, sentence, text) {
  return { name, sentence, text, bytes: [], bits: [], more: 0 };
}

/**
 * @param {number} number
 * @param {number} width
 */
function binaryOf(number, width) {
  return BigInt(number).toString(2).padStart(width, "0");
}

/** @param {number} byte */
function hex(byte) {
  return byte.toString(16).padStart(2, "0");
}
