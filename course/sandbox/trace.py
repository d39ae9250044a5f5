"""What passed between a sandbox and its clients, told in coalesced batches.

Rows are literal frames; marks are what is no frame: a connection that began or ended, a fault, a frame that was lost.
"""

from __future__ import annotations

import re
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from threading import Event as ThreadEvent
from threading import Lock, Thread
from typing import Literal, NamedTuple

from course.sandbox.client_tag import MEASURING
from course.sandbox.model import Mark, MarkKind, TraceRow

Direction = Literal["sent", "received"]
Transport = Literal["polling", "websocket"]

KEPT_ROWS = 500
ROWS_PER_SECOND = 300
CHARACTERS_PER_SECOND = 512 * 1024
FLUSH_SECONDS = 0.04
KEPT_MARKS = 300
MARKS_PER_SECOND = 100
FRAME_CHARACTERS = 8 * 1024
"""Longer frames are cut in the trace (not on the wire), so that 500 rows stay below 4 MB. Their row's `size` tells."""

CUT_MARK = "…"

FENCE = re.compile(r"4[0-4]/duplex-fence-")
"""The page's own round trips, which call no handler of the program: not a part of the conversation that is shown."""


class _Seen(NamedTuple):
    """A frame as `add` met it; made into a row only when the batch is flushed, off the path of the bytes."""

    time: float
    client: str
    direction: Direction
    frame: str | bytes
    transport: Transport


class _Marked(NamedTuple):
    time: float
    client: str
    kind: MarkKind
    text: str
    frame: str | bytes
    direction: Direction | Literal[""]


class Trace:
    """The trace of one sandbox. Safe to call from several threads or greenlets.

    Args:
        flush: is given a batch of rows and the number of frames left out since the last batch. It is called on
            a thread of the trace, at most every `flush_seconds`; it must not raise.
        clock: seconds, never going back.
        rows_per_second: frames beyond this many in one second (or beyond 512 K characters) are counted, not kept.
        flush_seconds: the longest a row waits for others.
        before: the closed trace of the run that this one goes on from: same clock, same rows.
        flush_marks: is given a batch of marks, on the same terms, after the rows that came before or with them.
    """

    def __init__(
        self,
        flush: Callable[[list[TraceRow], int], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        kept_rows: int = KEPT_ROWS,
        rows_per_second: int = ROWS_PER_SECOND,
        flush_seconds: float = FLUSH_SECONDS,
        flush_marks: Callable[[list[Mark]], None] = lambda marks: None,
        before: Trace | None = None,
    ) -> None:
        self._flush = flush
        self._flush_marks = flush_marks
        self._clock = clock
        self._rows_per_second = rows_per_second
        self._flush_seconds = flush_seconds
        self._kept: deque[TraceRow] = deque(maxlen=kept_rows)
        self._kept_marks: deque[Mark] = deque(maxlen=KEPT_MARKS)
        self._pending: list[_Seen] = []
        self._pending_marks: list[_Marked] = []
        self._dropped = 0
        self._second = -1
        self._rows_this_second = 0
        self._characters_this_second = 0
        self._marks_this_second = 0
        self._started: float = before._started if before else clock()
        self._goes_on = before is not None
        if before is not None:
            self._kept.extend(before.rows)
            self._kept_marks.extend(before.marks)
        self._lock = Lock()
        self._flushing = Lock()
        self._work = ThreadEvent()
        self._thread: Thread | None = None
        self._closed = ThreadEvent()

    @property
    def rows(self) -> list[TraceRow]:
        """The last rows that were flushed, oldest first: who shows these and then listens sees each row once."""
        return list(self._kept)

    @property
    def marks(self) -> list[Mark]:
        """The last marks that were flushed, oldest first."""
        return list(self._kept_marks)

    def ready(self) -> None:
        """Set time 0: the sandbox became ready. A trace that goes on from another keeps that one's."""
        if not self._goes_on:
            self._started = self._clock()

    def add(self, client: str, direction: Direction, frame: str | bytes, transport: Transport) -> None:
        """Note one Engine.IO packet: text as `str`, a binary WebSocket message as `bytes`."""
        if client.startswith(MEASURING) or (isinstance(frame, str) and FENCE.match(frame)):
            return
        now = self._clock() - self._started
        with self._lock:
            if self._closed.is_set() or not self._admit(now, len(frame)):
                return
            self._pending.append(_Seen(now, client, direction, frame, transport))
            self._begin_flushing()
        if not self._work.is_set():
            self._work.set()

    def mark(
        self,
        client: str,
        kind: MarkKind,
        text: str,
        frame: str | bytes = "",
        direction: Direction | Literal[""] = "",
    ) -> None:
        """Note something that is no frame; `frame` and `direction` say of which frame it tells, if of one.

        Beyond `MARKS_PER_SECOND` in one second marks are left out: only a flood of lost frames brings so many.
        """
        if client.startswith(MEASURING):
            return
        now = self._clock() - self._started
        with self._lock:
            self._begin_second(now)
            if self._closed.is_set() or self._marks_this_second >= MARKS_PER_SECOND:
                return
            self._marks_this_second += 1
            self._pending_marks.append(_Marked(now, client, kind, text, frame, direction))
            self._begin_flushing()
        self._work.set()

    def flush(self) -> None:
        """Tell what is pending now instead of within `flush_seconds`."""
        with self._flushing:
            with self._lock:
                pending, self._pending = self._pending, []
                dropped, self._dropped = self._dropped, 0
                marked, self._pending_marks = self._pending_marks, []
            if pending or dropped:
                rows = [_row(seen) for seen in pending]
                self._kept.extend(rows)
                self._flush(rows, dropped)
            if marked:
                marks = [_mark(each) for each in marked]
                self._kept_marks.extend(marks)
                self._flush_marks(marks)

    def close(self) -> None:
        """Flush what is left and take no more. Closing twice is harmless."""
        with self._lock:
            self._closed.set()
        self._work.set()
        self.flush()

    def _begin_flushing(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._flush_batches, name="trace", daemon=True)
            self._thread.start()

    def _begin_second(self, now: float) -> None:
        second = int(now)
        if second != self._second:
            self._second, self._marks_this_second = second, 0
            self._rows_this_second, self._characters_this_second = 0, 0

    def _admit(self, now: float, characters: int) -> bool:
        self._begin_second(now)
        if self._rows_this_second >= self._rows_per_second or self._characters_this_second >= CHARACTERS_PER_SECOND:
            self._dropped += 1
            # The flusher is awake: a full second has rows in it. The count goes out with their batch or the next.
            self._work.set()
            return False
        self._rows_this_second += 1
        self._characters_this_second += min(characters, FRAME_CHARACTERS)
        return True

    def _flush_batches(self) -> None:
        while not self._closed.is_set():
            self._work.wait()
            self._closed.wait(self._flush_seconds)
            self._work.clear()
            self.flush()


def _row(seen: _Seen) -> TraceRow:
    frame, size = _literal(seen.frame), 0
    if isinstance(seen.frame, bytes):
        size = len(seen.frame)
    elif frame.startswith("b") and seen.transport == "polling":
        size = (len(seen.frame) - 1) * 3 // 4 - seen.frame[-2:].count("=")
    else:
        size = len(seen.frame.encode("utf-8", "surrogatepass"))
    return TraceRow(max(0.0, seen.time), seen.client, seen.direction, frame, seen.transport, size)


def _mark(marked: _Marked) -> Mark:
    told = marked._replace(time=max(0.0, marked.time))
    return Mark(told.time, told.client, told.kind, told.text, _literal(told.frame), told.direction)


def _literal(frame: str | bytes) -> str:
    """Return a frame as text, cut to what a row may hold."""
    if isinstance(frame, bytes):
        # The trace writes a binary message the way long-polling does (Engine.IO protocol, "Packet encoding").
        frame = "b" + b64encode(frame[:FRAME_CHARACTERS]).decode("ascii")
    return frame if len(frame) <= FRAME_CHARACTERS else frame[:FRAME_CHARACTERS] + CUT_MARK
