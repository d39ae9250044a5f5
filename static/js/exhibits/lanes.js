// Four ways to follow one feed. Each lane runs until its signal is aborted, and reports what it does as it happens.

import { Manager } from "socket.io-client";
import * as traffic from "./traffic.js";

const POLL_EVERY_MS = 1_000;

/**
 * What the race runs, one after another: a browser opens six HTTP/1.1 requests to a host, and the page needs some.
 * `word` is the name inside a sentence.
 */
export const LANES = [
  { name: "Polling", word: "polling", how: "asks again every second", run: polling },
  {
    name: "Long-polling",
    word: "long-polling",
    how: "asks, and the server holds the answer until it has one",
    run: longPolling,
  },
  {
    name: "Server-Sent Events",
    word: "Server-Sent Events",
    how: "asks once; the answer never ends",
    run: serverSentEvents,
  },
  { name: "WebSocket", word: "WebSocket", how: "opened once, then both sides send", run: webSocket },
];

/**
 * A lane's run: `base` is the client's address in the sandbox, `after` the number of the newest message at the start.
 * `told` is {asked(), moved(bytes), heard(message)}: a request was made, bytes travelled, a message arrived.
 */
async function polling({ base, after, signal, told }) {
  let newest = after;
  while (!signal.aborted) {
    newest = hear(await ask(`${base}/poll?after=${newest}`, signal, told), newest, told);
    await pause(POLL_EVERY_MS, signal);
  }
}

async function longPolling({ base, after, signal, told }) {
  let newest = after;
  while (!signal.aborted) newest = hear(await ask(`${base}/long-poll?after=${newest}`, signal, told), newest, told);
}

function serverSentEvents({ base, after, signal, told }) {
  const url = `${base}/stream?after=${after}`;
  return new Promise((resolve, reject) => {
    const source = new EventSource(url);
    told.asked();
    told.moved(traffic.requestHead(url));
    const end = (settle, value) => {
      source.close();
      settle(value);
    };
    source.onmessage = ({ data }) => {
      told.moved(traffic.size(`data: ${data}\n\n`));
      told.heard(JSON.parse(data));
    };
    source.onerror = () => end(reject, new Error("The stream broke off."));
    signal.addEventListener("abort", () => end(resolve), { once: true });
  });
}

function webSocket({ base, signal, told }) {
  const { origin, pathname } = new URL(base);
  return new Promise((resolve, reject) => {
    const manager = new Manager(origin, {
      path: `${pathname}/socket.io`,
      transports: ["websocket"],
      reconnection: false,
      autoConnect: false,
    });
    const socket = manager.socket("/");
    const end = (settle, value) => {
      socket.disconnect();
      settle(value);
    };
    socket.on("feed", told.heard);
    socket.on("connect_error", () => end(reject, new Error("The WebSocket could not be opened.")));
    socket.on("disconnect", () => !signal.aborted && end(reject, new Error("The WebSocket was closed.")));
    signal.addEventListener("abort", () => end(resolve), { once: true });
    told.asked();
    told.moved(traffic.handshake(`${base}/socket.io/?EIO=4&transport=websocket`));
    socket.connect();
    manager.engine.on("packet", (packet) => told.moved(traffic.frame(traffic.packet(packet), { masked: false })));
    manager.engine.on("packetCreate", (packet) => told.moved(traffic.frame(traffic.packet(packet), { masked: true })));
  });
}

async function ask(url, signal, told) {
  told.asked();
  told.moved(traffic.requestHead(url));
  const answer = await fetch(url, { signal, cache: "no-store" });
  const body = await answer.text();
  if (!answer.ok) throw new Error(body || `The server answered ${answer.status}.`);
  told.moved(traffic.answerHead(answer) + traffic.size(body));
  return JSON.parse(body);
}

function hear(messages, newest, told) {
  messages.forEach(told.heard);
  return messages.at(-1)?.number ?? newest;
}

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve(undefined);
      },
      { once: true },
    );
  });
}
