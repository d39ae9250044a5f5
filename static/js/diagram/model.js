// The trace as the contents of a picture: what is drawn, in order, and which rows each piece represents. Pure.
//
// Every row of the trace is in exactly one entry: nothing is left out, nothing is invented.

import { isHeartbeat } from "../wire/engineio.js";
import { readRow } from "../wire/read.js";
import { relate } from "../wire/trace.js";
import { flag, isFlag } from "./flags.js";
import { joinInside } from "./inside.js";
import { lanesOf } from "./lanes.js";
import { joinDelayed } from "./late.js";

/** Copies of one event that reach several clients within this many seconds are one emit that fans out. */
const FAN_SECONDS = 0.25;
/** More arrows than this in one second are summed up in one line: nobody could read them. */
const ARROWS_PER_SECOND = 24;
/** A burst ends after this much silence. */
const QUIET_SECONDS = 0.3;
/** Marks that are drawn as an arrow that does not arrive. */
const ARROWS = new Set(["lost", "missing"]);
const GOODBYE_SECONDS = 2;
/** The frames by which a connection moves from long-polling to WebSocket. */
const UPGRADE = new Set(["2probe", "3probe", "5", "6"]);

let count = 0;
/** @type {WeakMap<TraceRow | TraceMark, number>} */
const NUMBERS = new WeakMap();

/**
 * Return a name for a row or mark that stays the same as long as the object exists.
 *
 * @param {TraceRow | TraceMark} object
 */
function keyOf(object) {
  if (!NUMBERS.has(object)) {
    count += 1;
    NUMBERS.set(object, count);
  }
  return NUMBERS.get(object);
}

/**
 * Build the picture's contents from {rows, marks, inside}; marks and inside may be missing.
 *
 * With `fold` (the default) a connection's beginning, its upgrade, the heartbeat and bursts are one entry each.
 *
 * Returns {clients, lanes, entries, handlers}. `lanes` says where each client was connected, see lanes.js. An entry is
 * {key, kind, time, end, direction, client, legs, rows, mark, question, answer, …}: `kind` is event, ack, packet,
 * connect, refused, leave, upgrade, heartbeat, burst or mark; `legs` are the arrows, [{client, time, rows}], empty
 * for what is drawn as a mark on a lane; `question` and `answer` are the entries that an acknowledgement joins.
 *
 * @param {Trace} trace
 * @param {{fold?: boolean}} options
 * @returns {PictureModel}
 */
export function buildModel({ rows = [], marks = [], inside = null }, { fold = true } = {}) {
  const { late, marks: others } = joinDelayed(rows, marks);
  const builder = new Builder(rows, fold, late);
  const drawn = others.filter((mark) => !isFlag(mark));
  let next = 0;
  for (const row of rows) {
    while (next < drawn.length && drawn[next].time < row.time) builder.mark(drawn[next++]);
    builder.row(row);
  }
  while (next < drawn.length) builder.mark(drawn[next++]);
  const { entries } = builder;
  flag(entries, marks);
  joinAnswers(entries, builder.relations);
  const handlers = joinInside(entries, inside);
  const { clients, lanes } = lanesOf(entries);
  return { clients, lanes, entries, handlers };
}

/**
 * An arrow, or a burst, that attachments may join.
 *
 * @typedef {Pick<Leg, "rows" | "entry">} Holder
 */

/** @typedef {Partial<EntryBase> & Pick<EntryBase, "kind" | "time" | "client" | "legs" | "rows">} NewEntry */

class Builder {
  /**
   * @param {TraceRow[]} rows
   * @param {boolean} fold
   * @param {Map<TraceRow, number>} late
   */
  constructor(rows, fold, late) {
    this.fold = fold;
    this.late = late;
    this.relations = relate(rows);
    /** @type {Entry[]} */
    this.entries = [];
    /**
     * The leg that a row's attachments join.
     *
     * @type {Map<TraceRow, Holder>}
     */
    this.holder = new Map();
    /**
     * The newest entry of each client: a goodbye's second frame joins it.
     *
     * @type {Map<string, Entry>}
     */
    this.lastOf = new Map();
    /** @type {EventEntry[]} */
    this.fans = [];
    /**
     * Entries of each client that have begun and may grow, until an arrow comes.
     *
     * @type {Map<string, {connect?: Entry, upgrade?: Entry}>}
     */
    this.pending = new Map();
  }

  /** @param {TraceMark} mark */
  mark(mark) {
    if (this.fold && this.#belongs(mark)) return;
    this.#add(
      {
        kind: "mark",
        time: mark.time,
        client: mark.client,
        direction: ARROWS.has(mark.kind) ? mark.direction || null : null,
        mark,
        legs: [],
        rows: [],
      },
      mark,
    );
  }

  /**
   * The opening of a WebSocket shows in the frames that follow; how it was closed belongs to the goodbye before.
   *
   * @param {TraceMark} mark
   */
  #belongs({ kind, client, time, text }) {
    if (kind === "opened") return true;
    const last = this.lastOf.get(client);
    if (kind !== "closed" || last?.kind !== "leave" || time - last.end > GOODBYE_SECONDS) return false;
    last.closing = text;
    return true;
  }

  /** @param {TraceRow} row */
  row(row) {
    const relation = this.relations.get(row);
    const leg = relation.attachmentOf && this.holder.get(relation.attachmentOf);
    if (leg) return this.#attach(leg, row);
    const { engine, socket } = readRow(row);
    if (this.fold && this.#folds(row, engine, socket)) return;
    if (this.#joinsFan(row, socket)) return;
    if (this.fold && this.#joinsBurst(row)) return;
    this.#arrow(row, socket, relation);
  }

  /**
   * @param {NewEntry} fresh
   * @param {TraceRow | TraceMark} first
   * @returns {Entry}
   */
  #add(fresh, first) {
    const entry = /** @type {Entry} */ (fresh);
    entry.key = `${entry.kind}-${keyOf(first)}`;
    entry.end ??= entry.time;
    entry.question ??= null;
    entry.answer ??= null;
    this.entries.push(entry);
    for (const client of entry.client ? [entry.client] : entry.legs.map((each) => each.client))
      this.#newest(client, entry);
    return entry;
  }

  /**
   * @param {string} client
   * @param {Entry} entry
   */
  #newest(client, entry) {
    this.lastOf.set(client, entry);
    const grows = entry.kind === "connect" || entry.kind === "upgrade";
    this.pending.set(client, grows ? { ...this.pending.get(client), [entry.kind]: entry } : {});
  }

  /**
   * @param {Holder} leg
   * @param {TraceRow} row
   */
  #attach(leg, row) {
    leg.rows.push(row);
    leg.entry.rows.push(row);
    this.holder.set(row, leg);
  }

  /**
   * @param {TraceRow} row
   * @param {Packet | null} socket
   * @param {Relation} relation
   */
  #arrow(row, socket, relation) {
    const kind =
      socket === null || socket.problem
        ? "packet"
        : socket.event !== null
          ? "event"
          : socket.name.endsWith("ACK")
            ? "ack"
            : "packet";
    const leg = /** @type {Leg} */ ({ client: row.client, time: row.time, rows: [row], late: this.late.get(row) ?? 0 });
    const entry = this.#add(
      {
        kind,
        time: row.time,
        client: null,
        direction: row.direction,
        socket,
        legs: [leg],
        rows: [row],
        asks: relation.asks,
        early: relation.early,
      },
      row,
    );
    leg.entry = entry;
    this.holder.set(row, leg);
    if (entry.kind === "event" && row.direction === "received") this.fans.push(entry);
    if (this.fans.length > 8) this.fans.shift();
  }

  /**
   * A copy of an event that has just reached others is another arrow of the same emit.
   *
   * @param {TraceRow} row
   * @param {Packet | null} socket
   */
  #joinsFan(row, socket) {
    if (row.direction !== "received" || socket?.event == null) return false;
    const fan = this.fans.find(
      (entry) =>
        row.time - entry.time <= FAN_SECONDS &&
        sameEvent(entry.socket, socket) &&
        !entry.legs.some(({ client }) => client === row.client),
    );
    if (!fan) return false;
    const leg = { client: row.client, time: row.time, rows: [row], entry: fan, late: this.late.get(row) ?? 0 };
    fan.legs.push(leg);
    fan.rows.push(row);
    fan.end = row.time;
    this.holder.set(row, leg);
    this.#newest(row.client, fan);
    return true;
  }

  /**
   * @param {TraceRow} row
   * @param {EnginePacket} engine
   * @param {Packet | null} socket
   */
  #folds(row, engine, socket) {
    if (isHeartbeat(row.frame)) return this.#grow("heartbeat", this.entries.at(-1), row, null);
    if (UPGRADE.has(row.frame)) return this.#grow("upgrade", this.pending.get(row.client)?.upgrade, row, row.client);
    if (engine.name === "open") return Boolean(this.#begin(row, null));
    if (engine.name === "close") return this.#grow("leave", this.lastOf.get(row.client), row, row.client);
    if (socket?.name === "DISCONNECT") return this.#grow("leave", this.lastOf.get(row.client), row, row.client);
    if (socket?.name === "CONNECT" || socket?.name === "CONNECT_ERROR") return this.#connecting(row, socket);
    return false;
  }

  /**
   * Put the row into `entry` if that has this kind and may still grow; otherwise begin a new one. Always returns true.
   *
   * @param {EntryBase["kind"]} kind
   * @param {Entry | undefined} entry
   * @param {TraceRow} row
   * @param {string | null} client
   */
  #grow(kind, entry, row, client) {
    if (entry?.kind === kind && (kind === "heartbeat" || entry.client === client)) {
      entry.rows.push(row);
      entry.end = row.time;
    } else {
      this.#add({ kind, time: row.time, client, direction: row.direction, legs: [], rows: [row] }, row);
    }
    return true;
  }

  /**
   * @param {TraceRow} row
   * @param {string | null} namespace
   */
  #begin(row, namespace) {
    return this.#add(
      {
        kind: "connect",
        time: row.time,
        client: row.client,
        direction: "sent",
        namespace,
        joined: false,
        legs: [],
        rows: [row],
      },
      row,
    );
  }

  /**
   * @param {TraceRow} row
   * @param {Packet} socket
   */
  #connecting(row, socket) {
    const last = this.pending.get(row.client)?.connect;
    const open = last && !last.joined && (last.namespace === null || last.namespace === socket.namespace) ? last : null;
    if (!open && row.direction === "received") return false; // others came in between: an arrow of its own
    const entry = open ?? this.#begin(row, socket.namespace);
    if (open) {
      open.rows.push(row);
      open.end = row.time;
      open.namespace = socket.namespace;
    }
    if (row.direction === "received") {
      entry.joined = true;
      if (socket.name === "CONNECT_ERROR") Object.assign(entry, { kind: "refused", refusal: socket.data });
    }
    return true;
  }

  /** @param {TraceRow} row */
  #joinsBurst(row) {
    const last = this.entries.at(-1);
    if (last?.kind === "burst" && row.time - last.end <= QUIET_SECONDS) {
      last.rows.push(row);
      last.end = row.time;
      this.holder.set(row, { rows: [], entry: last });
      return true;
    }
    const before = this.entries.at(-ARROWS_PER_SECOND);
    if (
      !before ||
      row.time - before.time > 1 ||
      this.entries.slice(-ARROWS_PER_SECOND).some(({ legs }) => legs.length === 0)
    )
      return false;
    const burst = this.#add(
      { kind: "burst", time: row.time, client: null, direction: null, legs: [], rows: [row] },
      row,
    );
    this.holder.set(row, { rows: [], entry: burst });
    this.fans = [];
    return true;
  }
}

/**
 * @param {Packet} one
 * @param {Packet} other
 */
function sameEvent(one, other) {
  return (
    one.namespace === other.namespace &&
    one.pieces.at(-1)?.text === other.pieces.at(-1)?.text &&
    one.attachments === other.attachments
  );
}

/**
 * Join each acknowledgement's entry to that of its question.
 *
 * @param {Entry[]} entries
 * @param {WholeMap<TraceRow, Relation>} relations
 */
function joinAnswers(entries, relations) {
  const entryOf = new Map(entries.flatMap((entry) => entry.rows.map((row) => [row, entry])));
  for (const entry of entries) {
    if (entry.kind !== "ack") continue;
    const { question: asked } = relations.get(entry.rows[0]);
    const question = asked && entryOf.get(asked);
    if (question?.kind !== "event") continue;
    entry.question = question;
    question.answer ??= entry;
  }
}
