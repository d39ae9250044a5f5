"""Counts the threads of children that have no user of their own, and refuses one too many, as the kernel would.

A thread that starts another one waits here until it is answered; the rest of its program goes on. Work is bounded: who
starts threads without end waits for the next second, and nobody else does. Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from course.sandbox import native
from course.sandbox.per_second import PerSecond

STARTS_PER_SECOND = 300
"""Of one child. Each costs the fork server some 70 µs."""

# struct seccomp_notif and seccomp_notif_resp of linux/seccomp.h, and the calls that carry them.
_ASKED = struct.Struct("=Q72x")
_ANSWER = struct.Struct("=QqiI")
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_GO_ON = 1


@dataclass(eq=False)
class Counted:
    """A child whose threads are counted."""

    job: str
    threads_at_most: int
    asks: int
    """Where it asks: first the wire that its listener comes over, then the listener."""
    pid: int = 0
    has_listener: bool = False
    starts: PerSecond = field(default_factory=lambda: PerSecond(STARTS_PER_SECOND))


class ThreadGate:
    """Answers for all children of one fork server, on its only thread.

    Args:
        poll: what that thread waits with.
    """

    def __init__(self, poll: select.poll) -> None:
        self._poll = poll
        self._children: dict[int, Counted] = {}
        """By the descriptor on which they ask."""
        self._resting: list[Counted] = []
        """Those that have started too many threads in this second: nobody waits for them."""

    def expect(self, job: str, threads_at_most: int) -> tuple[Counted, native.socket]:
        """Return a child that is about to be forked, and its end of the wire for the listener."""
        ours, theirs = native.socketpair()
        return Counted(job, threads_at_most, ours.detach()), native.socket(fileno=theirs.detach())

    def admit(self, child: Counted, pid: int) -> None:
        """Count the threads of this process from now on."""
        child.pid = pid
        self._wait_for(child)

    def forget(self, pid: int) -> None:
        """Stop counting for a process that has ended."""
        for child in [child for child in self._children.values() if child.pid == pid]:
            self._drop(child)

    def patience(self) -> float | None:
        """Return after how many milliseconds to call `hear` even if nothing has come; None: never."""
        return (1 - time.monotonic() % 1) * 1000 + 1 if self._resting else None

    def hear(self, events: Mapping[int, int]) -> None:
        """Take listeners, and answer starts of threads.

        Args:
            events: descriptor → what `poll` says of it; those of others are left alone.
        """
        for child in [child for child in self._resting if child.starts.left(time.monotonic())]:
            self._resting.remove(child)
            self._poll.register(child.asks, select.POLLIN)
        for asks in events.keys() & self._children.keys():
            child = self._children[asks]
            if not child.has_listener:
                self._take_listener(child)
            elif not events[asks] & select.POLLIN:
                self._drop(child)  # nobody is left to ask; to wait for a question would take forever
            elif child.starts.take(time.monotonic()):
                self._answer(child)
            else:
                self._poll.unregister(asks)
                self._resting.append(child)

    def _wait_for(self, child: Counted) -> None:
        self._children[child.asks] = child
        self._poll.register(child.asks, select.POLLIN)

    def _drop(self, child: Counted) -> None:
        del self._children[child.asks]
        if child in self._resting:
            self._resting.remove(child)
        else:
            self._poll.unregister(child.asks)
        os.close(child.asks)

    def _take_listener(self, child: Counted) -> None:
        with native.socket(fileno=os.dup(child.asks)) as wire, contextlib.suppress(OSError):
            _, listeners, _, _ = socket.recv_fds(wire, 16, 1)
            self._drop(child)
            if listeners:  # none: the child could not have one, and the watchdog counts alone
                child.asks, child.has_listener = listeners[0], True
                self._wait_for(child)

    def _answer(self, child: Counted) -> None:
        question = bytearray(_ASKED.size)
        try:
            fcntl.ioctl(child.asks, _RECEIVE, question)
            (number,) = _ASKED.unpack(question)
            together = sum(_threads_of(each.pid) for each in self._children.values() if each.job == child.job)
            if together < child.threads_at_most:
                answer = _ANSWER.pack(number, 0, 0, _GO_ON)
            else:
                answer = _ANSWER.pack(number, 0, -errno.EAGAIN, 0)
            fcntl.ioctl(child.asks, _SEND, answer)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.EINTR):  # who asked is gone, or asks again after a signal
                self._drop(child)


def _threads_of(pid: int) -> int:
    """Return how many threads a process has, 0 when it is gone. Source: proc(5)."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.read().rpartition(")")[2].split()[17])
    except OSError:
        return 0
