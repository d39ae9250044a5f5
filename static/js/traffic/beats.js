// A recorded trace cut into beats: what appears at one moment, and how long one needs to understand it. Pure.

const TOGETHER_S = 0.04; // what the server sends to several clients within this time is one event
const BEAT_MS = 900;
const READING_MS = 1_200; // before the first word
const WORD_MS = 260;

/**
 * Return the beats of {rows, marks, captions}, in order.
 *
 * A beat is {until, caption, ms}: all that happened up to `until` (seconds) is shown, together with the caption of that
 * number (-1 before the first), for `ms` milliseconds of play. A caption has a beat of its own, so that one can read it
 * before anything moves.
 */
export function beatsOf({ rows, marks = [], captions }) {
  const events = [...rows.filter(({ frame }) => !isHeartbeat(frame)), ...marks].sort(
    (one, other) => one.time - other.time,
  );
  const folded = folds(rows);
  const beats = [];
  let caption = -1;
  let until = 0;
  const say = (time) => {
    while (caption + 1 < captions.length && captions[caption + 1].time <= time) {
      caption += 1;
      beats.push({ until, caption, ms: readingTime(captions[caption].text) });
    }
  };
  events.forEach((event, i) => {
    say(event.time);
    const next = events[i + 1];
    const said = captions[caption + 1]?.time ?? Infinity;
    until = event.time;
    if (
      next &&
      next.time < said &&
      (together(event, next) || (folded && isJoining(event) && isJoining(next) && next.client === event.client))
    )
      return;
    beats.push({ until, caption, ms: BEAT_MS });
  });
  say(Infinity);
  return beats;
}

/** Return whether a connection's beginning is one step: not if the change to WebSocket is what the run shows. */
export function folds(rows) {
  return !rows.some(({ frame }) => frame === "2probe");
}

function together(event, next) {
  return next.time - event.time <= TOGETHER_S && next.direction === "received" && event.direction === "received";
}

function isJoining({ frame, kind }) {
  return kind === "opened" || /^(0\{|40)/.test(frame ?? "");
}

/** Return how long it takes to read a caption, in milliseconds. */
export function readingTime(text) {
  return READING_MS + WORD_MS * text.split(/\s+/).length;
}

/** Return a caption as pieces of text and of code: “the event `done`” is ["the event ", {code: "done"}]. */
export function pieces(text) {
  return text
    .split("`")
    .map((piece, i) => (i % 2 ? { code: piece } : piece))
    .filter((piece) => piece !== "");
}

function isHeartbeat(frame) {
  return frame === "2" || frame === "3";
}
