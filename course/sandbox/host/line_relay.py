"""Lines between the processes of one sandbox: what one sends, all the others get, as it is and within limits.

The site looks for ends of lines and never into them: what a line says is between the processes of one program.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Sequence

from course.sandbox.per_second import PerSecond

LINE_BYTES = 16 * 1024
LINES_PER_SECOND = 200
BYTES_PER_SECOND = 256 * 1024
"""Of all processes together, as the number of lines."""
WAITING_BYTES = 64 * 1024
"""For a process that does not read; beyond, lines for it are left out."""


class LineRelay:
    """One end for each process. Used by one thread.

    Args:
        wires: to the processes; they are made non-blocking.
        clock: seconds, never going back.
    """

    def __init__(self, wires: Sequence[socket.socket], clock: Callable[[], float] = time.monotonic) -> None:
        self.left_out = 0
        """Lines that were too long or too many, or whose receiver did not read."""
        self._wires = wires
        for wire in wires:
            wire.setblocking(False)
        self._clock = clock
        self._from = [bytearray() for _ in wires]
        self._too_long = [False for _ in wires]
        self._to = [bytearray() for _ in wires]
        self._lines, self._bytes = PerSecond(LINES_PER_SECOND), PerSecond(BYTES_PER_SECOND)

    def take(self, sender: int, data: bytes) -> None:
        """Pass on the lines that `data` completes."""
        pending, now, begin = self._from[sender], self._clock(), 0
        pending += data
        while (end := pending.find(b"\n", begin) + 1) > 0:
            if not self._lines.take(now):
                self.left_out += pending.count(b"\n", begin)
                begin, self._too_long[sender] = pending.rfind(b"\n") + 1, False
                break
            fits = not self._too_long[sender] and end - begin <= LINE_BYTES
            if fits and self._bytes.take(now, end - begin) == end - begin:
                self._queue(sender, pending[begin:end])
            else:
                self.left_out += 1
            begin, self._too_long[sender] = end, False
        del pending[:begin]
        if len(pending) > LINE_BYTES:
            pending.clear()
            self._too_long[sender] = True

    def has_more_for(self, receiver: int) -> bool:
        """Return whether something waits until that process reads."""
        return bool(self._to[receiver])

    def send(self, receiver: int) -> None:
        """Send what it can take now."""
        waiting = self._to[receiver]
        with contextlib.suppress(BlockingIOError):
            try:
                while waiting:
                    del waiting[: self._wires[receiver].send(waiting)]
            except (BrokenPipeError, ConnectionError):
                waiting.clear()  # it reads no more

    def _queue(self, sender: int, line: bytearray) -> None:
        for receiver, waiting in enumerate(self._to):
            if receiver == sender:
                continue
            if len(waiting) + len(line) > WAITING_BYTES:
                self.left_out += 1
            else:
                waiting += line
                self.send(receiver)
