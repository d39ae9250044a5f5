"""The frames that checking clients sent and received, kept as trace rows. Pure: no I/O."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Callable
from typing import Any, Literal

from course.grading.model import TraceRows

Direction = Literal["sent", "received"]
Transport = Literal["polling", "websocket"]

FENCE = "/duplex-fence-"
"""Prefix of the namespaces that a fence asks for (see `RecordingClient.fence`)."""
_FENCE_FRAME = re.compile(r"^4[0-4]" + FENCE)


class Recording:
    """Trace rows of one check, with a cap so that a flooding server can't fill the memory.

    Args:
        clock: gives seconds; the rows count from the moment the recording is made.
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
        """Clients that were sent more bytes than a check reads, and so gave up."""

    @property
    def rows(self) -> TraceRows:
        """Return the rows so far, oldest first."""
        with self._lock:
            return tuple(self._rows)

    @property
    def seconds(self) -> float:
        """Return the time now, as the rows count it."""
        return self._clock() - self._started

    def add(self, client: str, direction: Direction, frame: str | bytes, transport: Transport) -> None:
        """Keep one literal Engine.IO packet; bytes are a binary frame. Our own fences are left out."""
        if isinstance(frame, bytes):
            size, text = len(frame), "b" + base64.b64encode(frame).decode("ascii")
        else:
            if _FENCE_FRAME.match(frame):
                return
            size, text = _payload_size(frame, transport), frame
        with self._lock:
            if len(self._rows) >= self._max_rows or len(text) > self._bytes_left:
                self.dropped += 1
                return
            self._bytes_left -= len(text)
            self._rows.append(
                {
                    "time": round(self.seconds, 4),
                    "client": client,
                    "direction": direction,
                    "frame": text,
                    "transport": transport,
                    "size": size,
                }
            )


def _payload_size(frame: str, transport: Transport) -> int:
    if transport == "polling" and frame.startswith("b"):
        return (len(frame) - 1) // 4 * 3 - frame[-2:].count("=")
    return len(frame.encode("utf-8", "surrogatepass"))
