"""What passed between a sandbox and its clients, delivered in batches.

Rows are literal frames. Marks are everything else: a connection that began or ended, a fault, a frame that was lost.
"""

from __future__ import annotations

import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from threading import Event as ThreadEvent
from threading import Lock, Thread
from typing import Literal, NamedTuple, TypeVar

from course.sandbox.client_tag import MEASURING
from course.sandbox.guarded import guarded
from course.sandbox.model import Mark, MarkKind
from course.sandbox.per_second import PerSecond
from course.wire import Direction, TraceRow, Transport, is_fence, payload_bytes

Item = TypeVar("Item")

KEPT_ROWS = 500
ROWS_PER_SECOND = 300
CHARACTERS_PER_SECOND = 512 * 1024
FLUSH_SECONDS = 0.04
KEPT_MARKS = 300
MARKS_PER_SECOND = 100
MOST_WAITING = 1000
"""Frames, or marks, that may wait for a flush: more than several seconds may show."""
FRAME_CHARACTERS = 8 * 1024
"""Longer frames are cut in the trace (not on the wire), so that 500 rows stay below 4 MB. Their row's `size` tells."""

CUT_MARK = "…"


class _Seen(NamedTuple):
    """A frame as `add` received it; it becomes a row when the batch is flushed, off the path of the bytes."""

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

    A frame is passed on only after `add` returns, so `add` just queues it, without a lock (both ends of a deque are
    safe). All other work is done by `flush`.

    Args:
        flush: is given a batch of rows and the number of frames left out since the last batch. It is called on
            a thread of the trace, at most every `flush_seconds`; it must not raise.
        clock: seconds, never going back.
        rows_per_second: frames beyond this many in one second (or beyond 512 K characters) are counted, not kept.
        flush_seconds: the longest a row waits for others.
        before: the closed trace of the run that this one continues: same clock, same rows.
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
        self._flush_seconds = flush_seconds
        self._kept: deque[TraceRow] = deque(maxlen=kept_rows)
        self._kept_marks: deque[Mark] = deque(maxlen=KEPT_MARKS)
        self._seen: deque[_Seen] = deque()
        self._marked: deque[_Marked] = deque()
        self._left_out = 0
        self._rows_quota = PerSecond(rows_per_second)
        self._characters_quota = PerSecond(CHARACTERS_PER_SECOND)
        self._marks_quota = PerSecond(MARKS_PER_SECOND)
        self._started: float = before._started if before else clock()
        self._goes_on = before is not None
        if before is not None:
            self._kept.extend(before.rows)
            self._kept_marks.extend(before.marks)
        self._flushing = Lock()
        self._beginning = Lock()
        self._work = ThreadEvent()
        self._thread: Thread | None = None
        self._closed = ThreadEvent()

    @property
    def rows(self) -> list[TraceRow]:
        """The last rows that were flushed, oldest first: a page that shows them and then listens sees each once."""
        return list(self._kept)

    @property
    def marks(self) -> list[Mark]:
        """The last marks that were flushed, oldest first."""
        return list(self._kept_marks)

    def ready(self) -> None:
        """Set time 0: the sandbox became ready. A trace that continues another one keeps its time 0."""
        if not self._goes_on:
            self._started = self._clock()

    def add(self, client: str, direction: Direction, frame: str | bytes, transport: Transport) -> None:
        """Note one Engine.IO packet: text as `str`, a binary WebSocket message as `bytes`."""
        if self._closed.is_set():
            return
        if len(self._seen) < MOST_WAITING:
            self._seen.append(_Seen(self._clock(), client, direction, frame, transport))
        else:
            self._left_out += 1
        self._announce()

    def mark(
        self,
        client: str,
        kind: MarkKind,
        text: str,
        frame: str | bytes = "",
        direction: Direction | Literal[""] = "",
    ) -> None:
        """Note something that is not a frame; `frame` and `direction` name the frame that it is about, if any.

        Marks beyond `MARKS_PER_SECOND` are left out: only a flood of lost frames brings so many.
        """
        if not self._closed.is_set() and len(self._marked) < MOST_WAITING:
            self._marked.append(_Marked(self._clock(), client, kind, text, frame, direction))
            self._announce()

    def flush(self) -> None:
        """Deliver what is pending now instead of within `flush_seconds`."""
        with self._flushing:
            left_out, self._left_out = self._left_out, 0
            seen = [each for each in _taken(self._seen) if not _is_ours(each)]
            admitted = [each for each in seen if self._admits(each)]
            rows = [_row(each, self._started) for each in admitted]
            left_out += len(seen) - len(rows)
            marked = [each for each in _taken(self._marked) if not each.client.startswith(MEASURING)]
            marks = [_mark(each, self._started) for each in marked if self._marks_quota.take(each.time)]
            if rows or left_out:
                self._kept.extend(rows)
                self._flush(rows, left_out)
            if marks:
                self._kept_marks.extend(marks)
                self._flush_marks(marks)

    def close(self) -> None:
        """Flush what is left and take no more. Closing twice is harmless."""
        self._closed.set()
        self._work.set()
        self.flush()

    def _admits(self, seen: _Seen) -> bool:
        """Count a frame, unless its second is full; the last one may go beyond the characters."""
        if not self._characters_quota.left(seen.time) or not self._rows_quota.take(seen.time):
            return False
        self._characters_quota.take(seen.time, min(len(seen.frame), FRAME_CHARACTERS))
        return True

    def _announce(self) -> None:
        if self._work.is_set():
            return
        with self._beginning:
            if self._thread is None:
                self._thread = Thread(target=self._flush_batches, name="trace", daemon=True)
                self._thread.start()
        self._work.set()

    def _flush_batches(self) -> None:
        while not self._closed.is_set():
            self._work.wait()
            self._closed.wait(self._flush_seconds)
            self._work.clear()
            with guarded("a flush of the trace"):  # or no later one would be told
                self.flush()


def _taken(waiting: deque[Item]) -> list[Item]:
    """Take what is waiting now; more may arrive in the meantime."""
    return [waiting.popleft() for _ in range(len(waiting))]


def _is_ours(seen: _Seen) -> bool:
    """Return whether it belongs to the course itself, and so not to the conversation that is shown."""
    return seen.client.startswith(MEASURING) or (isinstance(seen.frame, str) and is_fence(seen.frame))


def _row(seen: _Seen, started: float) -> TraceRow:
    size = len(seen.frame) if isinstance(seen.frame, bytes) else payload_bytes(seen.frame, seen.transport)
    since = max(0.0, seen.time - started)
    return TraceRow(since, seen.client, seen.direction, _literal(seen.frame), seen.transport, size)


def _mark(marked: _Marked, started: float) -> Mark:
    since = max(0.0, marked.time - started)
    return Mark(since, marked.client, marked.kind, marked.text, _literal(marked.frame), marked.direction)


def _literal(frame: str | bytes) -> str:
    """Return a frame as text, cut to what a row may hold."""
    if isinstance(frame, bytes):
        # The trace writes a binary message the way long-polling does (Engine.IO protocol, "Packet encoding").
        frame = "b" + b64encode(frame[:FRAME_CHARACTERS]).decode("ascii")
    return frame if len(frame) <= FRAME_CHARACTERS else frame[:FRAME_CHARACTERS] + CUT_MARK
