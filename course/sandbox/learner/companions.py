"""The module ``companions`` of a program with several processes: lines of text to and from the others.

The site passes on what one process sends to all the others, as it is, within limits of size and rate. What arrives was
written by the program's other processes and by nobody else.
"""

from __future__ import annotations

import socket
import sys
import types
from collections.abc import Iterator

from course.sandbox import native

LINE_BYTES = 16 * 1024
"""Longer lines are not passed on."""
NAME = "companions"


class Companions:
    """Both ways. Safe to send from several threads; one of them may receive.

    Args:
        wire: to the site.
    """

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._lock = native.allocate_lock()

    def send(self, line: str) -> None:
        """Send one line, JSON for instance, to every other process of this program.

        Raises:
            ValueError: it is longer than a line may be, or is more than one line.
        """
        data = line.encode("utf-8", "replace")
        if len(data) >= LINE_BYTES or b"\n" in data:
            raise ValueError(f"one line of less than {LINE_BYTES} bytes can be sent at a time")
        with self._lock:
            self._wire.sendall(data + b"\n")

    def lines(self) -> Iterator[str]:
        """Yield what the others send, line by line, waiting for each."""
        pending = b""
        while piece := self._wire.recv(4096):
            *complete, pending = (pending + piece).split(b"\n")
            for line in complete:
                yield line.decode("utf-8", "replace")


def install(wire: socket.socket) -> None:
    """Make the module importable by the program. Behind the lock: under gevent it makes the event loop."""
    ours = Companions(socket.socket(fileno=wire.detach()))
    module = types.ModuleType(NAME, "Lines of text to and from the other processes of this program.")
    module.__dict__.update(send=ours.send, lines=ours.lines)
    sys.modules[NAME] = module
