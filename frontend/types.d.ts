// The names that scripts share: what passes the wire, what a picture is made of, what the server tells, what a page
// knows. Nothing here is sent to a browser. Every script sees these names without importing them.

/** A map that has every key that it is asked for. */
interface WholeMap<Key, Value> extends Map<Key, Value> {
  get(key: Key): Value;
}

interface Array<T> {
  /** What is left is there: the standard library's own types do not say so. */
  filter(predicate: BooleanConstructor): Exclude<T, null | undefined | false | "" | 0>[];
}

// The wire

type Direction = "sent" | "received";
type Transport = "polling" | "websocket";

/** One frame as it passed the gateway, or as a checking client saw it: `TraceRow` of the server. */
interface TraceRow {
  /** Seconds since the sandbox became ready. */
  time: number;
  client: string;
  /** From the client's point of view. */
  direction: Direction;
  /** The literal Engine.IO packet; a binary frame is "b" and base64. */
  frame: string;
  transport?: Transport;
  /** Bytes on the wire, before base64. */
  size?: number;
}

/** A frame as an Engine.IO packet; `problem` is a sentence when it is none. */
interface EnginePacket {
  /** The first character; null for a binary frame. */
  type: string | null;
  name: string;
  data: string;
  /** The base64 of a binary frame. */
  binary: string | null;
  problem: string;
}

type PieceKind = "type" | "attachments" | "namespace" | "ack" | "data";

/** A literal part of a packet; the texts of all parts are the packet again. */
interface PacketPiece {
  kind: PieceKind;
  text: string;
}

/** An Engine.IO message as a Socket.IO packet; `problem` is a sentence when it is none, or not a whole one. */
interface Packet {
  type: string | null;
  name: string;
  attachments: number;
  namespace: string;
  ack: string | null;
  data: any;
  event: string | null;
  args: any[];
  pieces: PacketPiece[];
  problem: string;
}

interface ReadFrame {
  engine: EnginePacket;
  socket: Packet | null;
}

/** What a row has to do with others. */
interface Relation {
  question: TraceRow | null;
  answer: TraceRow | null;
  attachmentOf: TraceRow | null;
  /** Which attachment of that row, from 1. */
  number: number;
  early: boolean;
  asks: boolean;
}

/** One field of a WebSocket frame's header. */
interface HeaderField {
  name: string;
  value: string;
  meaning: string;
}

/** One layer of a frame; see wire/layers.js. */
interface Layer {
  name: string;
  sentence: string;
  text: string;
  bytes: string[];
  bits: HeaderField[];
  /** Bytes that are not shown. */
  more: number;
}

// The picture

/** What is no frame but belongs into the picture: a connection that began or ended, a fault, a loss, a check's pointer. */
interface TraceMark {
  time: number;
  client: string;
  kind: string;
  text?: string;
  frame?: string;
  direction?: Direction | "";
  /** Of a failed check: what it points at that is no message. */
  what?: string;
  event?: string;
  args?: any[] | null;
}

/** What a program tells of one emission. */
interface Emission {
  time: number;
  event: string;
  namespace: string;
  to: string;
  skip?: string | boolean | null;
}

/** What a program tells of one handler, or of emissions outside of any. */
interface HandlerReport {
  kind: string;
  run: number;
  time: number;
  event: string;
  namespace: string;
  client: string;
  seconds?: number | null;
  line?: number | null;
  route?: string | null;
  emits?: Emission[];
}

interface Room {
  namespace: string;
  kind: string;
  room: string;
  clients: string[];
}

interface Inside {
  handlers: HandlerReport[];
  rooms: Room[];
}

/** What is drawn: rows, and what stands beside them. */
interface Trace {
  rows?: TraceRow[];
  marks?: TraceMark[];
  inside?: Inside | null;
}

/** One arrow of an entry. */
interface Leg {
  client: string;
  time: number;
  rows: TraceRow[];
  entry: Entry;
  /** Seconds that it was held up. */
  late: number;
  wrong?: string;
}

interface EntryBase {
  key: string;
  kind: "event" | "ack" | "packet" | "connect" | "refused" | "leave" | "upgrade" | "heartbeat" | "burst" | "mark";
  time: number;
  end: number;
  client: string | null;
  direction: Direction | null;
  legs: Leg[];
  rows: TraceRow[];
  question: Entry | null;
  answer: Entry | null;
  socket?: Packet | null;
  namespace?: string | null;
  mark?: TraceMark;
  asks?: boolean;
  early?: boolean;
  joined?: boolean;
  refusal?: any;
  closing?: string;
  wrong?: string;
  handler?: HandlerReport;
  emit?: Emission;
  from?: HandlerReport;
}

interface EventEntry extends EntryBase {
  kind: "event";
  socket: Packet & { event: string };
}

interface AckEntry extends EntryBase {
  kind: "ack";
  socket: Packet;
}

interface MarkEntry extends EntryBase {
  kind: "mark";
  mark: TraceMark;
}

interface OtherEntry extends EntryBase {
  kind: Exclude<EntryBase["kind"], "event" | "ack" | "mark">;
}

/** One thing in the picture: an event, an answer, or what is drawn as a mark on a lane. See diagram/model.js. */
type Entry = EventEntry | AckEntry | MarkEntry | OtherEntry;

/** A handler that found its arrow. */
interface DrawnHandler {
  entry: Entry;
  time: number;
  seconds: number | null;
  running: boolean;
}

/** A stretch of entries during which a client was connected; see diagram/lanes.js. */
interface Span {
  from: number;
  to: number | null;
}

interface PictureModel {
  clients: string[];
  lanes: Record<string, Span[]>;
  entries: Entry[];
  handlers?: DrawnHandler[];
}

interface EntryItem {
  key: string;
  entry: Entry;
  time: number;
  seconds: number;
  y: number;
  height: number;
}

/** A silence that was shortened. */
interface GapItem {
  key: string;
  entry: null;
  time: number;
  seconds: number;
  y: number;
  height: number;
}

type Item = EntryItem | GapItem;

interface Bracket {
  side: string;
  from: number;
  to: number;
  depth: number;
  seconds: number;
}

interface Bar {
  from: number;
  to: number;
  depth: number;
  seconds: number | null;
  running: boolean;
}

/** Where each client's lane stands. */
interface Columns {
  width: number;
  narrow: boolean;
  gutter: number;
  columns: WholeMap<string, number>;
  serverX: number;
}

interface Layout extends Columns {
  letters: WholeMap<string, string>;
  height: number;
  items: Item[];
  itemOf: WholeMap<Entry, EntryItem>;
  lines: { client: string; x: number; from: number; to: number }[];
  brackets: Map<string, Bracket>;
  unanswered: Set<string>;
  bars: Map<string, Bar>;
}

/** An SVG element in waiting. */
interface Shape {
  tag: string;
  attrs: Record<string, string | number>;
  text: string | null;
  children: Shape[] | null;
}

/** A piece of what stands at an entry. */
interface LabelPiece {
  kind: string;
  text: string;
}

/** A handler found in a program's text. */
interface FoundHandler {
  event: string;
  namespace: string;
  line: number;
  name: string;
}

/** Something that a client did and a person can repeat by hand. */
interface Step {
  client: string;
  pane: string;
  act: "connect" | "emit" | "leave";
  event: string;
  args: any[];
  ack: boolean;
  namespace: string;
  auth?: any;
  bytes: number;
}

// What the server tells

/** The files of a program: name → text. */
type Files = Record<string, string>;

// A project that is brought along

interface ProjectEntry {
  path: string;
  /** Bytes, by what its folder or zip says. */
  size: number;
  /** Rejects with a `ZipRefused` when it is more than `most` bytes, or can't be read. */
  read(most: number): Promise<Uint8Array>;
}

interface LeftOut {
  /** A file, or a folder with a slash at its end. */
  name: string;
  /** Stands after the name, as a sentence without its end. */
  why: string;
  /** How many files it stands for. */
  count: number;
}

interface Project {
  files: Files;
  /** The file that is run. */
  entry: string;
  leftOut: LeftOut[];
}

interface ServerFiles {
  version: number;
  files: Files;
}

interface ProgramError {
  type?: string;
  message?: string;
  /** The program's file that it happened in. */
  file?: string | null;
  line?: number | null;
}

interface RunLimits {
  wall_seconds: number;
  idle_seconds: number;
  idle_warning_seconds: number;
  memory_mb: number;
}

type SandboxState = "queued" | "starting" | "ready" | "stopped" | "crashed" | "limited";

/** A sandbox as the server tells it: in `sandbox_state`, in an acknowledgement, or in the page. */
interface ToldSandbox {
  id: string;
  url?: string;
  exercise?: string | null;
  runtime?: string | null;
  client?: boolean;
  state?: SandboxState;
  reason?: string;
  code?: string;
  error?: ProgramError | null;
  queue_position?: number | null;
  started_at?: number | null;
  limits?: RunLimits | null;
  starts?: number;
}

/** The sandbox of a page that is being loaded comes with what has happened in it. */
interface PageSandbox extends ToldSandbox {
  files?: Files | null;
  output?: OutputPiece[];
  trace?: TraceRow[];
  marks?: TraceMark[];
  inside?: Inside;
  faults?: Record<string, Faults>;
}

/** What is done to one client's connection. */
interface Faults {
  delay?: number;
  offline?: number;
  frozen?: boolean;
  polling?: boolean;
  drop?: Direction | "" | null;
}

interface OutputPiece {
  stream: string;
  text: string;
}

interface CheckResult {
  name: string;
  title: string;
  outcome: "passed" | "failed" | "error";
  [more: string]: any;
}

interface Votes {
  total: number;
  counts: Record<string, number>;
}

interface RuntimeChoice {
  id: string;
  name: string;
}

/** One workspace of the page: an exercise's, or the free one. */
interface Workspace {
  title: string;
  files: Files;
  version: number;
  events: string[];
  results: CheckResult[];
  checked: Files | null;
  passed: number;
  done: boolean;
  total: number;
  hints: number;
  hints_seen: string[];
  url: string;
  runtimes: RuntimeChoice[];
  runtime: string;
  [more: string]: any;
}

/** A program of the lesson's text. */
interface ExampleProgram {
  title: string;
  source: string;
  runtime: string;
  client?: Files;
  before?: string;
  after?: string;
}

/** What the server wrote into the page, as page_data.js puts it together. */
interface PageData {
  kind: string;
  slug: string;
  namespace: string;
  title?: string;
  open?: string;
  learner_tag?: string;
  workspaces: Record<string, Workspace>;
  examples: Record<string, ExampleProgram>;
  answered?: Record<string, { votes: Votes | null; [more: string]: any }>;
  sandbox?: PageSandbox | null;
  run: { available: boolean; reason: string };
  here?: number;
  /** Whether the site listens on this computer only. */
  loopback?: boolean;
}

// What the page knows

/** A sandbox as the page knows it. */
interface Sandbox {
  id: string;
  url: string;
  exercise: string | null;
  runtime: string | null;
  client: boolean;
  state: SandboxState;
  reason: string;
  code: string;
  error: ProgramError | null;
  queuePosition: number | null;
  startedAt: number | null;
  limits: RunLimits | null;
  starts: number;
}

interface ToldError {
  code: string;
  message: string;
}

interface Checks {
  run: string | null;
  running: boolean;
  results: CheckResult[];
  passed: number;
  total: number;
  tasks: any[];
  error: ToldError | null;
  /** In line, from 1; 0 when it need not wait. */
  place: number;
  /** What was checked. */
  files?: Files;
}

type SaveState = "saved" | "saving" | "local" | "offline" | "conflict";
type Connection = "connecting" | "online" | "offline";

interface PageState {
  page: PageData;
  workspace: string;
  files: Files;
  version: number;
  saveState: SaveState;
  saveMessage: string;
  /** What the server said when it would not keep the program; trying again by itself would not help. */
  saveRefusal: string;
  conflict: ServerFiles | null;
  undo: { label: string; workspace: string; files: Files } | null;
  connection: Connection;
  connectionReason: string;
  everOnline: boolean;
  sandbox: Sandbox | null;
  /** What the sandbox was started from. */
  ran: Files;
  runPending: boolean;
  runError: ToldError | null;
  output: OutputPiece[];
  traceRows: TraceRow[];
  traceMarks: TraceMark[];
  traceDropped: number;
  inside: Inside;
  faults: Record<string, Faults>;
  checks: Checks;
  checksOf: Record<string, Checks>;
  votes: Record<string, Votes>;
  progress: any;
  presence: number | null;
  highlightedLine: number | null;
  savedAnew: number;
  lessonChanged: boolean;
  /** The learner was deleted, in another tab. */
  forgotten: boolean;
  notice: { text: string; kind: string; count: number };
}

type Patch = Partial<PageState>;

interface Store<State> {
  get(): State;
  set(patch: Partial<State> | ((state: State) => Partial<State>)): void;
  /** Hear `select(state)` now and whenever it is another value; returns what ends that. */
  subscribe<Value>(select: (state: State) => Value, hear: (value: Value, before: Value | undefined) => void): () => void;
}

type PageStore = Store<PageState>;

/** Send a request to the lesson namespace: resolves to the acknowledgement, rejects with RequestFailed. */
type Ask = (event: string, payload: object, options?: { timeout?: number }) => Promise<any>;
type Send = (event: string, payload: object) => void;

// A client of a running server

/** The state of a connection, as a card shows it. */
interface LinkState {
  kind: "off" | "busy" | "on" | "bad";
  text: string;
  reason: string;
}

/** What a client's list shows. */
type ReceivedRow =
  | { kind: "event"; name: string; args: any[]; answered: string | null }
  | { kind: "ack"; name: string; args: any[]; ms: number }
  | { kind: "note"; text: string }
  | { kind: "console"; level: string; text: string; file?: string; line?: number; link?: HTMLElement };

/** What a page of client code told its pane, after reading. */
type ClientReport = { next: number } & (
  | { kind: "begun" | "drawn" | "sent" }
  | { kind: "state"; state: LinkState }
  | { kind: "row"; row: ReceivedRow }
);

interface ClientSettings {
  namespace?: string;
  /** A value to send; undefined sends none. */
  auth?: any;
  transport?: "upgrade" | Transport;
  /** The origin to pretend. */
  origin?: string;
}

/** Where an error was, in a file of the author's. */
interface SourcePlace {
  file?: string;
  line?: number;
}

// What the page of client code holds

// Libraries whose own types nobody here needs.
declare module "react";
declare module "react/jsx-runtime";
declare module "react-dom/client";
declare module "vue/dist/vue.runtime.esm-bundler.js";

interface Window {
  /** Socket.IO at the learner's own server. */
  io: any;
  /** The module that is being run; see client/module_runner.js. */
  duplexModule?: (lookUp: (wanted: string) => unknown, exports: Record<string, any>) => void;
}
