"""Stands in for a fork server: it makes no processes, but does to the site all that real ones do, when it is told to."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
from collections.abc import Sequence
from typing import Any

from course.program import Runtime
from course.sandbox.available_modules import Libraries
from course.sandbox.confinement import verdict
from course.sandbox.confinement.verdict import Verdict
from course.sandbox.host.forkserver_link import ForkServerGone, Listener

_numbers = itertools.count(1_000_000)


class FakeChild:
    """A process that holds its ends of the streams, and a descriptor in place of its pidfd.

    Args:
        link: to whose listener its start and its end are told.
        request: as a fork server gets it.
        descriptors: as a child gets them.
    """

    def __init__(self, link: FakeLink, request: dict[str, Any], descriptors: Sequence[int]) -> None:
        self.link, self.job, self.entry = link, request["job"], request["entry"]
        self.pid = next(_numbers)
        self.pidfd: int | None = None
        self.alive, self.started, self.status = True, False, 0
        copies = [socket.socket(fileno=os.dup(each)) for each in descriptors[1:]]
        self.listener, self.stdout, self.stderr, self.control, self.verdict, *_ = copies
        self._ends = copies

    def start(self) -> None:
        """Have the site hear that it is there."""
        with self.link.lock:
            if self.started or not self.link.alive:
                return
            self.started, self.pidfd = True, os.open(os.devnull, os.O_RDONLY)
        try:
            self.link.listener.on_started(self.job, self)  # type: ignore[arg-type]
        except KeyError:  # the site has heard of its end already, from another thread of the test
            self.kill()

    def judge(self, word: Verdict) -> None:
        """Say how its confinement went."""
        if self.alive and self.verdict.fileno() >= 0:
            verdict.tell(self.verdict, word)
        if not word.locked:
            self.leave(0)

    def say(self, data: bytes) -> None:
        """Write to the control socket."""
        self.write(self.control, data)

    def write(self, end: socket.socket, data: bytes) -> None:
        """Write as much as the stream takes now."""
        with contextlib.suppress(OSError):
            end.send(data, socket.MSG_DONTWAIT)

    def leave(self, status: int) -> None:
        """Be gone: every end is closed; the site hears of it in time or later (`exit_told`)."""
        with self.link.lock:
            if not self.alive:
                return
            self.alive, self.status = False, status
            for each in self._ends:
                each.close()
        if self.link.tells_exits_at_once:
            self.exit_told()

    def exit_told(self) -> None:
        """Have the site hear of its end."""
        with self.link.lock:
            if not self.started or self.alive or self not in self.link.children:
                return
            self.link.children.remove(self)
        self.link.listener.on_exited(self.job, self.status)

    # What the site does to a process that has started

    def kill(self) -> None:
        """Die, as by SIGKILL."""
        self.close()
        self.leave(-9)

    def close(self) -> None:
        """Close the descriptor that means it."""
        with self.link.lock:
            pidfd, self.pidfd = self.pidfd, None
        if pidfd is not None:
            os.close(pidfd)


class FakeLink:
    """In the place of `ForkServerLink`."""

    def __init__(
        self, listener: Listener, runtime: Runtime, libraries: Libraries = "core", *, unconfined: bool = False
    ) -> None:
        self.listener, self.runtime = listener, runtime
        self.pid = next(_numbers)
        self.alive = True
        self.lock = threading.RLock()
        self.tells_exits_at_once = True
        self.fails_next = False
        self.children: list[FakeChild] = []

    def fork(self, request: dict[str, Any], descriptors: Sequence[int]) -> None:
        """Make a child, unless the next one is to fail."""
        with self.lock:
            if not self.alive:
                raise ForkServerGone("it is dead")
            fails, self.fails_next = self.fails_next, False
            if not fails:
                self.children.append(FakeChild(self, request, descriptors))
        if fails:
            self.listener.on_failed(request["job"], "no process could be made")

    def die(self) -> None:
        """End without being asked to, with all children."""
        self._end()
        self.listener.on_gone(self)  # type: ignore[arg-type]

    def close(self) -> None:
        """End because the site wants it."""
        self._end()

    def _end(self) -> None:
        with self.lock:
            self.alive = False
            children, self.children = self.children, []
        for child in children:
            child.leave(-9)
