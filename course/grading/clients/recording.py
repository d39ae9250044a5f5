"""The frames that checking clients sent and received, kept as trace rows. Pure: no I/O."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from typing import Any

from course.grading.model import TraceRows
from course.wire import Direction, TraceRow, Transport, payload_bytes

PROBE, UPGRADE, NOOP = "2probe", "5", "6"
"""What a client that changes to a WebSocket sends, and then sends; and what the server lets come behind."""


class Recording:
    """Trace rows of one check, with a cap so that a flooding server can't fill the memory.

    Args:
        clock: returns seconds; the rows count from the moment the recording is made.
        max_rows: later frames are counted in `dropped`, not kept.
        max_bytes: sum of the kept frames; a frame that would exceed it is dropped.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, max_rows: int = 300, max_bytes: int = 64 * 1024
    ) -> None:
        self._clock = clock
        self._started = clock()
        self._max_rows = max_rows
        self._bytes_left = max_bytes
        self._rows: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self.dropped = 0
        self.flooded: set[str] = set()
        """Clients that gave up since they were sent more bytes than a check reads."""
        self.upgraded: set[str] = set()
        """Clients that have changed from long-polling to a WebSocket."""
        self._probing: set[str] = set()
        self._answered: set[str] = set()

    @property
    def rows(self) -> TraceRows:
        """Return the rows so far, oldest first."""
        with self._lock:
            return tuple(self._rows)

    @property
    def seconds(self) -> float:
        """Return the present time on the clock of the rows."""
        return self._clock() - self._started

    def add(self, client: str, direction: Direction, frame: str | bytes, transport: Transport) -> None:
        """Keep one literal Engine.IO packet; bytes are a binary frame. Fences and their answers are left out."""
        if isinstance(frame, bytes):
            size, text = len(frame), "b" + base64.b64encode(frame).decode("ascii")
        else:
            if self._is_fence(client, frame):
                return
            size, text = payload_bytes(frame, transport), frame
        with self._lock:
            if len(self._rows) >= self._max_rows or len(text) > self._bytes_left:
                self.dropped += 1
                return
            self._bytes_left -= len(text)
            row = TraceRow(self.seconds, client, direction, text, transport, size)
            self._rows.append(row.as_json())

    def _is_fence(self, client: str, frame: str) -> bool:
        """Return whether it is a fence or the answer to one: packets that a change to WebSockets has too, once each."""
        if frame == PROBE:
            self._probing.add(client)
        if frame not in (UPGRADE, NOOP):
            return False
        before, after = (self._probing, self.upgraded) if frame == UPGRADE else (self.upgraded, self._answered)
        belongs = client in before and client not in after
        after |= {client} if belongs else set()
        return not belongs
