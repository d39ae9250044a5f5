import assert from "node:assert/strict";
import { test } from "node:test";
import { buildModel } from "../../static/js/diagram/model.js";
import { asText, labelOf, moment, ofClient, sentenceOf } from "../../static/js/diagram/words.js";
import { randomTraffic } from "./random_traffic.mjs";

let clock = 0;
function tick() {
  clock += 0.002;
  return clock;
}
const row = (client, direction, frame, time = tick()) => ({
  client,
  direction,
  frame,
  time,
  transport: "websocket",
  size: frame.length,
});
const opening = (client) => [
  row(client, "received", '0{"sid":"x"}'),
  row(client, "sent", "40"),
  row(client, "received", '40{"sid":"y"}'),
];
const kinds = (model) => model.entries.map(({ kind }) => kind);
const words = (entry) =>
  labelOf(entry)
    .map(({ text }) => text)
    .join(" ");

test("every row of a random trace is in the picture exactly once, and nothing else", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const rows = randomTraffic(seed);
    for (const fold of [true, false]) {
      const model = buildModel({ rows }, { fold });
      const drawn = model.entries.flatMap((entry) => entry.rows);
      assert.equal(drawn.length, rows.length, `seed ${seed}, fold ${fold}`);
      assert.deepEqual(new Set(drawn), new Set(rows), `seed ${seed}, fold ${fold}`);
    }
  }
});

test("the arrows of an entry hold its rows, each at its own client", () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const model = buildModel({ rows: randomTraffic(seed) });
    for (const entry of model.entries.filter(({ legs }) => legs.length > 0)) {
      assert.deepEqual(new Set(entry.legs.flatMap((leg) => leg.rows)), new Set(entry.rows));
      assert.ok(
        entry.legs.every((leg) =>
          leg.rows.every(({ client, direction }) => client === leg.client && direction === entry.direction),
        ),
      );
      assert.equal(new Set(entry.legs.map(({ client }) => client)).size, entry.legs.length);
    }
  }
});

test("every client that appears has one lane, and its words are never empty", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const rows = randomTraffic(seed);
    const model = buildModel({ rows });
    assert.deepEqual([...model.clients].sort(), [...new Set(rows.map(({ client }) => client))].sort());
    assert.equal(new Set(model.entries.map(({ key }) => key)).size, model.entries.length);
    for (const entry of model.entries) assert.ok(sentenceOf(entry).length > 2 && words(entry) !== "");
    assert.equal(asText(model).split("\n").length, model.entries.length);
  }
});

test("a question and its answer are joined in both directions", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const { entries } = buildModel({ rows: randomTraffic(seed) });
    for (const answer of entries.filter(({ question }) => question)) {
      assert.equal(answer.question.answer, answer);
      assert.notEqual(answer.question.direction, answer.direction);
    }
  }
});

test("a connection's beginning is one mark, its upgrade another", () => {
  const rows = [...opening("A"), row("A", "sent", "2probe"), row("A", "received", "3probe"), row("A", "sent", "5")];
  const model = buildModel({ rows });
  assert.deepEqual(kinds(model), ["connect", "upgrade"]);
  assert.deepEqual(model.entries.map(words), ["connected", "now over WebSocket"]);
  assert.deepEqual(kinds(buildModel({ rows }, { fold: false })), Array(6).fill("packet"));
});

test("the trial of WebSocket may begin before the server has said yes", () => {
  const rows = [
    row("A", "received", "0{}"),
    row("A", "sent", "40"),
    row("A", "sent", "2probe"),
    row("A", "received", "40{}"),
    row("A", "received", "3probe"),
    row("A", "sent", "5"),
  ];
  assert.deepEqual(buildModel({ rows }).entries.map(words), ["connected", "now over WebSocket"]);
});

test("a refusal says why, and ends the lane of a client that came for nothing else", () => {
  const model = buildModel({
    rows: [
      row("A", "received", "0{}"),
      row("A", "sent", '40{"token":1}'),
      row("A", "received", '44{"message":"bad token"}'),
    ],
  });
  assert.deepEqual(kinds(model), ["refused"]);
  assert.equal(words(model.entries[0]), "refused: bad token");
  assert.deepEqual(model.lanes.A, []);
});

test("a welcome that comes before the server's CONNECT stands between the two", () => {
  const model = buildModel({
    rows: [
      row("A", "received", "0{}"),
      row("A", "sent", "40"),
      row("A", "received", '42["welcome"]'),
      row("A", "received", "40{}"),
    ],
  });
  assert.deepEqual(kinds(model), ["connect", "event", "packet"]);
  assert.equal(model.entries[1].early, true);
});

test("one emit to several fans out; the same event sent twice is two emits", () => {
  const rows = [
    ...opening("A"),
    ...opening("B"),
    ...opening("C"),
    ...["A", "A", "B", "C", "B"].map((client) => row(client, "received", '42["news",1]')),
  ];
  const fans = buildModel({ rows }).entries.filter(({ kind }) => kind === "event");
  assert.deepEqual(
    fans.map(({ legs }) => legs.map(({ client }) => client)),
    [
      ["A", "B", "C"],
      ["A", "B"],
    ],
  );
  const apart = [...rows.slice(0, 10), row("B", "received", '42["news",1]', clock + 5)];
  assert.equal(buildModel({ rows: apart }).entries.filter(({ kind }) => kind === "event").length, 2);
});

test("bytes travel with their own copy of the packet", () => {
  const rows = [
    ...opening("A"),
    ...opening("B"),
    row("A", "received", '451-["f",{"_placeholder":true,"num":0}]'),
    row("B", "received", '451-["f",{"_placeholder":true,"num":0}]'),
    row("B", "received", "bAQ=="),
    row("A", "received", "bAQ=="),
  ];
  const fan = buildModel({ rows }).entries.at(-1);
  assert.deepEqual(
    fan.legs.map((leg) => leg.rows.map(({ frame }) => frame.length)),
    [
      [39, 5],
      [39, 5],
    ],
  );
  assert.match(words(fan), /bytes/);
});

test("the heartbeat of all clients is one thin line until something else happens", () => {
  const beat = (client) => [row(client, "received", "2"), row(client, "sent", "3")];
  const model = buildModel({
    rows: [...opening("A"), ...beat("A"), ...beat("B"), row("A", "sent", '42["x"]'), ...beat("A")],
  });
  assert.deepEqual(kinds(model), ["connect", "heartbeat", "event", "heartbeat"]);
  assert.equal(words(model.entries[1]), "heartbeat × 2");
});

test("thirty arrows a second fold into a burst that says what it holds", () => {
  const rows = Array.from({ length: 60 }, (_, i) => row("A", "received", `42["tick",${i}]`, 10 + i / 60));
  const model = buildModel({ rows });
  assert.deepEqual(kinds(model), [...Array(24).fill("event"), "burst"]);
  assert.match(words(model.entries.at(-1)), /^36 frames in \d+ ms: tick × 36$/);
  const slow = Array.from({ length: 40 }, (_, i) => row("A", "received", `42["tick",${i}]`, 20 + i / 10));
  assert.ok(buildModel({ rows: slow }).entries.every(({ kind }) => kind === "event"));
});

test("a lane lasts from connecting to leaving, and again after a reconnection", () => {
  const rows = [
    ...opening("A"),
    row("A", "sent", "41"),
    row("A", "sent", "1"),
    row("B", "received", '42["x"]'),
    ...opening("A"),
  ];
  const model = buildModel({ rows });
  assert.deepEqual(model.lanes.A, [
    { from: 0, to: 1 },
    { from: 3, to: null },
  ]);
  assert.deepEqual(model.lanes.B, [{ from: -1, to: null }]);
});

test("panes come first by their letter, others as they came", () => {
  const model = buildModel({ rows: ["phone", "C", "terminal", "A"].map((client) => row(client, "sent", '42["x"]')) });
  assert.deepEqual(model.clients, ["A", "C", "phone", "terminal"]);
});

test("marks stand at their time; a lost frame is an arrow that does not arrive", () => {
  const rows = [...opening("A")];
  const marks = [
    {
      time: rows[2].time + 1,
      client: "A",
      kind: "lost",
      text: "lost: the network was cut",
      frame: '42["x"]',
      direction: "received",
    },
    { time: rows[2].time + 2, client: "", kind: "killed", text: "the server was killed" },
  ];
  const model = buildModel({ rows, marks });
  assert.deepEqual(kinds(model), ["connect", "mark", "mark"]);
  assert.equal(sentenceOf(model.entries[1]), "A x lost on its way");
});

test("what the server tells of itself is joined to its arrows", () => {
  const rows = [
    ...opening("A"),
    ...opening("B"),
    row("A", "sent", '42["say","hi"]'),
    row("A", "received", '42["said","hi"]'),
    row("B", "received", '42["said","hi"]'),
  ];
  const at = rows[6].time;
  const inside = {
    rooms: [],
    handlers: [
      {
        kind: "handler",
        time: at,
        seconds: 0.2,
        event: "say",
        namespace: "/",
        client: "A",
        thread: "t",
        line: 12,
        emits: [{ time: at, event: "said", namespace: "/", to: "room:chess", skip: false }],
      },
    ],
  };
  const model = buildModel({ rows, inside });
  assert.equal(model.entries[2].handler.line, 12);
  assert.match(words(model.entries[3]), /room chess/);
  assert.deepEqual(
    model.handlers.map(({ seconds }) => seconds),
    [0.2],
  );
  const foreign = buildModel({
    rows,
    inside: { handlers: [{ time: at, event: "say", namespace: "/", client: "B", emits: [] }] },
  });
  assert.equal(foreign.entries[2].handler, undefined);
});

test("a failed check's arrow is flagged: too many, not this, or missing", () => {
  const rows = [
    row("A", "received", '42["told",1]', 1),
    row("B", "received", '42["told",1]', 1.01),
    row("B", "received", "430[2]", 2),
  ];
  const about = { time: 3, client: "B", direction: "received", event: "told", args: [1] };
  const [extra] = buildModel({ rows, marks: [{ ...about, kind: "extra", text: "" }] }).entries;
  assert.deepEqual(
    extra.legs.map(({ wrong }) => wrong),
    [undefined, "extra"],
  );
  assert.match(words(extra), /too many for B/);
  const wrong = buildModel({ rows, marks: [{ ...about, event: "", args: null, kind: "wrong", text: "" }] }).entries;
  assert.equal(wrong[1].legs[0].wrong, "wrong");
  const missing = buildModel({ rows, marks: [{ ...about, client: "C", kind: "missing", text: "missing: “told” 1" }] });
  assert.match(sentenceOf(missing.entries.at(-1)), /missing: “told” 1, expected, but never came/);
  assert.deepEqual(missing.clients, ["A", "B", "C"]);
});

test("a failed check points at a connection, its end, or the last that passed", () => {
  const rows = [
    ...opening("A"),
    row("B", "received", '42["told",1]', 2),
    row("A", "received", "41", 2.1),
    row("A", "sent", "1", 3.5),
  ];
  const pointed = (what, kind, client = "A") => {
    const { entries } = buildModel({
      rows,
      marks: [{ time: 3, client, kind, what, direction: "received", event: "", args: null, text: `${kind}: it` }],
    });
    return sentenceOf(entries.find(({ wrong, mark }) => wrong || mark));
  };
  assert.equal(pointed("connection", "extra"), "A connected: should be refused");
  assert.equal(pointed("end", "extra"), "A put out by the server: should stay");
  assert.equal(pointed("end", "missing", "B"), "B missing: it, expected, but never came");
  assert.equal(pointed("newest", "wrong", "B"), "server → B: told 1 look here");
});

test("how a connection was closed belongs to the good-bye before it; without one it is a mark of its own", () => {
  const rows = [...opening("A"), row("A", "sent", "41")];
  const closed = (time) => ({ time, client: "A", kind: "closed", text: "closed by the client, code 1005" });
  const polite = buildModel({
    rows,
    marks: [
      { time: rows[0].time - 0.01, client: "A", kind: "opened", text: "WebSocket opened" },
      closed(rows[3].time + 0.1),
    ],
  });
  assert.deepEqual(kinds(polite), ["connect", "leave"]);
  assert.match(polite.entries[1].closing, /1005/);
  const rude = buildModel({ rows: rows.slice(0, 3), marks: [closed(rows[2].time + 1)] });
  assert.deepEqual(kinds(rude), ["connect", "mark"]);
  assert.deepEqual(rude.lanes.A, [{ from: 0, to: 1 }]);
});

test("a frame that was held up is drawn once, where it went on; a lost one says what it was", () => {
  const rows = [...opening("A"), row("A", "sent", '42["say",1]', clock + 2)];
  const held = {
    time: rows[2].time + 1,
    client: "A",
    kind: "delayed",
    text: "held",
    frame: '42["say",1]',
    direction: "sent",
  };
  const lost = { ...held, kind: "lost", frame: '42["gone",2]' };
  const model = buildModel({ rows, marks: [held, lost] });
  assert.deepEqual(kinds(model), ["connect", "mark", "event"]);
  assert.match(sentenceOf(model.entries[1]), /gone 2 lost on its way/);
  assert.match(words(model.entries[2]), /held for 1/);
  const waiting = buildModel({ rows: rows.slice(0, 3), marks: [held] });
  assert.equal(waiting.entries[1].direction, null);
});

test("a moment fits the column beside the lanes, however long the run", () => {
  assert.deepEqual(
    [0.0204, 14.309, 143.0257, 1643.2].map((time) => moment(time, true)),
    ["0.020", "14.31", "143.0", "1643"],
  );
  assert.deepEqual(
    [0.0204, 14.309, 143.0257, 1643.2].map((time) => moment(time, false)),
    ["0.020 s", "14.309 s", "143.03 s", "1643.2 s"],
  );
});

test("a sentence about a client has a colon before it, other words have none", () => {
  assert.deepEqual(
    [ofClient("A", "connected"), ofClient("A", "Frozen", "Client A"), ofClient("", "Killed")],
    ["A connected", "Client A: Frozen", "Killed"],
  );
});
