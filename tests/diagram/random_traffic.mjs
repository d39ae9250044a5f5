// Random but lawful traffic between clients and a server, as the gateway would trace it. The same seed gives the same.

/** Return a generator of numbers in [0, 1): a linear congruential one is random enough for tests. */
export function seeded(seed) {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const NAMES = ["add", "shout", "news", 'ein "Wort"', "tick"];
const VALUES = [1, "hi", null, [1, 2], { x: { y: "ü" } }, true, "<b>&"];

/** Return the rows of a random run; `steps` things happen in it. */
export function randomTraffic(seed, steps = 60) {
  const run = new Run(seed);
  for (let step = 0; step < steps; step += 1) run.step();
  return run.rows;
}

class Run {
  rows = [];
  #seed;
  #random;
  #clients = new Map();
  #time = 0;

  constructor(seed) {
    this.#seed = seed;
    this.#random = seeded(seed);
  }

  /** A client that is there does something; one that is not comes. */
  step() {
    const tag = this.#pick(["A", "B", "C", "phone", "Z9"]);
    if (this.#clients.has(tag)) this.#pick(this.#happenings)(tag);
    else this.#connect(tag);
  }

  #happenings = [
    (tag) => this.#event(tag, "sent", { asks: this.#random() < 0.5 }),
    (tag) => this.#event(tag, "received", { asks: this.#random() < 0.2 }),
    (tag) => this.#event(tag, "received", { receivers: [...this.#clients.keys()] }),
    (tag) => {
      this.#put(tag, "received", "2");
      this.#put(tag, "sent", "3");
    },
    (tag) => this.#upgrade(tag),
    (tag) => this.#join(tag),
    (tag) => this.#leave(tag),
    (tag) => this.#put(tag, this.#way(), this.#pick(["", "9", "4", "42[", "47", "bAA==", "42{}", "43[]"])),
    (tag) => {
      for (let i = 0; i < 40; i += 1) this.#put(tag, this.#way(), `42["burst",${i}]`);
    },
    () => {
      this.#time += 3 * this.#random();
    },
  ];

  #pick(list) {
    return list[Math.floor(this.#random() * list.length)];
  }

  #way() {
    return this.#pick(["sent", "received"]);
  }

  #put(client, direction, frame, transport = "websocket") {
    this.#time += this.#pick([0.0005, 0.002, 0.01, 0.3]) * this.#random();
    this.rows.push({ time: this.#time, client, direction, frame, transport, size: frame.length });
  }

  #connect(tag) {
    const polling = this.#random() < 0.5;
    this.#clients.set(tag, { spaces: ["/"], ids: 0, polling });
    const settings = `"upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000`;
    this.#put(tag, "received", `0{"sid":"${this.#seed}${tag}",${settings}}`, polling ? "polling" : "websocket");
    this.#put(tag, "sent", this.#random() < 0.3 ? '40{"token":"t"}' : "40");
    if (this.#random() < 0.2) this.#put(tag, "received", '42["welcome"]');
    if (this.#random() < 0.1) {
      this.#put(tag, "received", '44{"message":"no"}');
      this.#clients.delete(tag);
    } else {
      this.#put(tag, "received", `40{"sid":"s${this.rows.length}"}`);
    }
  }

  #upgrade(tag) {
    const client = this.#clients.get(tag);
    if (!client.polling) return;
    client.polling = false;
    this.#put(tag, "sent", "2probe");
    this.#put(tag, "received", "3probe");
    if (this.#random() < 0.5) this.#put(tag, "received", "6", "polling");
    this.#put(tag, "sent", "5");
  }

  #join(tag) {
    this.#put(tag, "sent", "40/chat,");
    this.#put(tag, "received", this.#random() < 0.3 ? '44/chat,"Unable to connect"' : '40/chat,{"sid":"c"}');
    this.#clients.get(tag).spaces = ["/", "/chat"];
  }

  #leave(tag) {
    this.#put(tag, this.#way(), "41");
    if (this.#random() < 0.5) this.#put(tag, "sent", "1");
    this.#clients.delete(tag);
  }

  #event(tag, direction, { asks = false, receivers = [tag] } = {}) {
    const client = this.#clients.get(tag);
    const namespace = this.#pick(client.spaces);
    const at = namespace === "/" ? "" : `${namespace},`;
    const count = this.#random() < 0.2 ? 1 + Math.floor(this.#random() * 2) : 0;
    const data = JSON.stringify([
      this.#pick(NAMES),
      ...Array.from({ length: Math.floor(this.#random() * 3) }, () => this.#pick(VALUES)),
      ...Array.from({ length: count }, (_, num) => ({ _placeholder: true, num })),
    ]);
    if (asks) client.ids += 1;
    const id = asks ? client.ids : "";
    for (const receiver of receivers) {
      this.#put(receiver, direction, `4${count > 0 ? `5${count}-` : "2"}${at}${id}${data}`);
      this.#bytes(receiver, direction, count);
    }
    if (asks && this.#random() < 0.8) this.#put(tag, other(direction), `43${at}${id}["ok"]`);
  }

  #bytes(tag, direction, count) {
    for (let i = 0; i < count; i += 1) {
      if (this.#random() < 0.2) this.#put(tag, other(direction), '42["between"]');
      this.#put(tag, direction, "bAQID");
    }
  }
}

function other(direction) {
  return direction === "sent" ? "received" : "sent";
}
