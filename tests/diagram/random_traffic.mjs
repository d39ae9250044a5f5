// Random but lawful traffic between clients and a server, as the gateway would trace it. The same seed gives the same.

/** Return a generator of numbers in [0, 1): a linear congruential one is random enough for tests. */
export function seeded(seed) {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

const NAMES = ["add", "shout", "news", 'ein "Wort"', "tick"];
const VALUES = [1, "hi", null, [1, 2], { x: { y: "ü" } }, true, "<b>&"];

/** Return the rows of a random run; `steps` things happen in it. */
export function randomTraffic(seed, steps = 60) {
  const random = seeded(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const rows = [];
  const clients = new Map();
  let time = 0;
  const put = (client, direction, frame, transport = "websocket") => {
    time += pick([0.0005, 0.002, 0.01, 0.3]) * random();
    rows.push({ time, client, direction, frame, transport, size: frame.length });
  };
  const at = (namespace) => (namespace === "/" ? "" : `${namespace},`);

  const connect = (tag) => {
    const client = { spaces: ["/"], ids: 0, polling: random() < 0.5 };
    clients.set(tag, client);
    put(
      tag,
      "received",
      `0{"sid":"${seed}${tag}","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}`,
      client.polling ? "polling" : "websocket",
    );
    put(tag, "sent", random() < 0.3 ? '40{"token":"t"}' : "40");
    if (random() < 0.2) put(tag, "received", '42["welcome"]');
    if (random() < 0.1) {
      put(tag, "received", '44{"message":"no"}');
      clients.delete(tag);
    } else {
      put(tag, "received", `40{"sid":"s${rows.length}"}`);
    }
  };
  const upgrade = (tag) => {
    if (!clients.get(tag).polling) return;
    clients.get(tag).polling = false;
    put(tag, "sent", "2probe");
    put(tag, "received", "3probe");
    if (random() < 0.5) put(tag, "received", "6", "polling");
    put(tag, "sent", "5");
  };
  const bytes = (tag, direction, count) => {
    for (let i = 0; i < count; i += 1) {
      if (random() < 0.2) put(tag, direction === "sent" ? "received" : "sent", '42["between"]');
      put(tag, direction, "bAQID");
    }
  };
  const event = (tag, direction, { asks = false, receivers = [tag] } = {}) => {
    const client = clients.get(tag);
    const namespace = pick(client.spaces);
    const count = random() < 0.2 ? 1 + Math.floor(random() * 2) : 0;
    const data = JSON.stringify([
      pick(NAMES),
      ...Array.from({ length: Math.floor(random() * 3) }, () => pick(VALUES)),
      ...Array.from({ length: count }, (_, num) => ({ _placeholder: true, num })),
    ]);
    const id = asks ? (client.ids += 1) : null;
    for (const receiver of receivers) {
      put(receiver, direction, `4${count > 0 ? `5${count}-` : "2"}${at(namespace)}${id ?? ""}${data}`);
      bytes(receiver, direction, count);
    }
    if (asks && random() < 0.8) put(tag, direction === "sent" ? "received" : "sent", `43${at(namespace)}${id}["ok"]`);
  };
  const happenings = [
    (tag) => event(tag, "sent", { asks: random() < 0.5 }),
    (tag) => event(tag, "received", { asks: random() < 0.2 }),
    (tag) => event(tag, "received", { receivers: [...clients.keys()] }),
    (tag) => {
      put(tag, "received", "2");
      put(tag, "sent", "3");
    },
    (tag) => upgrade(tag),
    (tag) => {
      put(tag, "sent", "40/chat,");
      put(tag, "received", random() < 0.3 ? '44/chat,"Unable to connect"' : '40/chat,{"sid":"c"}');
      clients.get(tag).spaces = ["/", "/chat"];
    },
    (tag) => {
      put(tag, pick(["sent", "received"]), "41");
      if (random() < 0.5) put(tag, "sent", "1");
      clients.delete(tag);
    },
    (tag) => put(tag, pick(["sent", "received"]), pick(["", "9", "4", "42[", "47", "bAA==", "42{}", "43[]"])),
    (tag) => {
      for (let i = 0; i < 40; i += 1) put(tag, pick(["sent", "received"]), `42["burst",${i}]`);
    },
    () => {
      time += 3 * random();
    },
  ];
  for (let step = 0; step < steps; step += 1) {
    const tag = pick(["A", "B", "C", "phone", "Z9"]);
    if (clients.has(tag)) pick(happenings)(tag);
    else connect(tag);
  }
  return rows;
}
