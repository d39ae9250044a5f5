"""The streams of a sandbox's processes: pairs of sockets, whose one end is ours and whose other is inherited."""

from __future__ import annotations

import contextlib
import socket
from contextlib import ExitStack
from typing import Literal

from course.sandbox.confinement import verdict
from course.sandbox.confinement.verdict import Verdict

Name = Literal["stdout", "stderr", "control", "verdict", "lines"]
NAMES: tuple[Name, ...] = ("stdout", "stderr", "control", "verdict", "lines")
"""In the order in which a child takes its ends; `lines` only where there are several processes."""


class Streams:
    """One thread reads; `stop` may be called by any.

    Args:
        processes: how many there are.

    Raises:
        OSError: the site has no descriptors left for them.
    """

    def __init__(self, processes: int) -> None:
        names = NAMES if processes > 1 else NAMES[:-1]
        self._ours: dict[socket.socket, tuple[int, Name]] = {}
        self.theirs: list[list[socket.socket]] = [[] for _ in range(processes)]
        """The children's ends, in the order of `NAMES`. Whoever passes them on closes them, and nobody else: the number
        of a descriptor that is closed meanwhile may come to mean another sandbox's stream."""
        with ExitStack() as made:
            for number in range(processes):
                for name in names:
                    ours, theirs = socket.socketpair()
                    made.enter_context(ours)
                    made.enter_context(theirs)
                    self._ours[ours] = (number, name)
                    self.theirs[number].append(theirs)
            made.pop_all()

    def verdict(self) -> Verdict:
        """Wait until every process has said how its confinement went; return the first that failed, or the last."""
        heard = Verdict()
        for stream in self.named("verdict"):
            heard = verdict.hear(stream)
            if not heard.locked:
                break
        return heard

    def named(self, *wanted: Name) -> dict[socket.socket, tuple[int, Name]]:
        """Return our ends of these streams, each with the number of its process."""
        return {stream: end for stream, end in self._ours.items() if end[1] in wanted}

    def stop(self) -> None:
        """Let the reader come to its end: nothing more will be said."""
        for stream in list(self._ours):
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        """Close our ends. Closing twice is harmless."""
        for stream in self._ours:
            stream.close()
