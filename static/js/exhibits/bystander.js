// A client that keeps asking “are you there?” and notes how long each answer took.

import { Manager } from "socket.io-client";

import { engineOf } from "../core/sandbox_address.js";

const EVERY_MS = 50;
export const KEPT_MS = 20_000;

/**
 * Connect to the sandbox as `tag`, over WebSocket alone; resolves to the socket, or throws an Error with a sentence.
 */
export function join(sandbox, tag) {
  const { origin, path } = engineOf(sandbox, tag);
  const manager = new Manager(origin, { path, transports: ["websocket"], reconnection: false, autoConnect: false });
  const socket = manager.socket("/");
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("connect_error", () => reject(new Error("A client could not connect to the program.")));
    socket.connect();
  });
}

/**
 * Asks the questions. `samples` are {sent, took}, oldest first, in milliseconds of performance.now(); `took` is null
 * while the answer is awaited. It asks whether or not the question before was answered: a freeze shows completely.
 */
export class Bystander {
  #timer = null;

  constructor() {
    this.socket = null;
    this.samples = [];
  }

  get asking() {
    return this.socket?.connected ?? false;
  }

  /** Start asking on a connected socket. */
  begin(socket) {
    this.end();
    this.socket = socket;
    this.samples = [];
    this.#timer = setInterval(() => this.#ask(), EVERY_MS);
  }

  end() {
    clearInterval(this.#timer);
    this.socket?.disconnect();
    this.socket = null;
  }

  #ask() {
    if (!this.asking) return;
    const sample = { sent: performance.now(), took: null };
    this.samples.push(sample);
    while (this.samples[0].sent < sample.sent - KEPT_MS) this.samples.shift();
    this.socket.emit("ping", () => {
      sample.took = performance.now() - sample.sent;
    });
  }
}
