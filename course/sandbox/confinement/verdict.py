"""What a process says of its own confinement, once, on a socket that is closed before it sees any code of a learner's.

So nothing that a learner writes can be part of it: it is the one word of a child that the site believes. Standard
library only: the fork server imports it.
"""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass

SELF_TEST = "self-test"
"""The layer of a failure that means: a forbidden act was possible although every step had succeeded."""
_LOCKED = b"locked"
_BYTES_AT_MOST = 1024


@dataclass(frozen=True)
class Verdict:
    """Whether a process is confined; if it is not, the layer that failed and what happened."""

    layer: str = ""
    message: str = ""

    @property
    def locked(self) -> bool:
        """Return whether the process may go on to the learner's code."""
        return not self.layer


DIED = Verdict("process", "it ended before it was confined")
"""The verdict of a process that said nothing."""


def tell(wire: socket.socket, verdict: Verdict) -> None:
    """Say it and close the socket. A site that is gone hears nothing."""
    words = _LOCKED if verdict.locked else f"{verdict.layer}: {verdict.message}".encode("utf-8", "replace")
    with wire, contextlib.suppress(OSError):
        wire.sendall(words[:_BYTES_AT_MOST])


def hear(wire: socket.socket) -> Verdict:
    """Wait until the process has said it or is gone. The socket stays open."""
    words = b""
    with contextlib.suppress(OSError):
        while len(words) < _BYTES_AT_MOST and (piece := wire.recv(_BYTES_AT_MOST)):
            words += piece
    if words == _LOCKED:
        return Verdict()
    layer, _, message = words.decode("utf-8", "replace").partition(": ")
    return Verdict(layer, message) if layer else DIED
