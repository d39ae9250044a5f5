"""How many programs may run at once on this machine, and the queue of those that wait."""

from __future__ import annotations

import os
import resource
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from course.sandbox.host.machine_memory import memory_for_the_site
from course.sandbox.limits import MB

MEMORY_PER_SLOT = 12 * MB
"""What a running sandbox needs, as measured, with room for what learners do."""
MEMORY_PER_RUNTIME = 40 * MB
"""What a fork server needs by itself, as measured."""
KEPT_FOR_THE_SITE = 256 * MB
"""With one fork server."""
SLOTS_AT_MOST = 200

TASKS_KEPT_FOR_THE_SITE = 64
"""Threads and processes: the web process's, the fork servers, the grader with what it starts."""
PIDS_MAX = (Path("/sys/fs/cgroup/pids.max"), Path("/sys/fs/cgroup/pids/pids.max"))


def slots_for_this_host(threads: int, runtimes: int = 1) -> int:
    """Count slots from the memory this site may use, and from the threads and processes, where a host counts those.

    Args:
        threads: that one program may have.
        runtimes: how many fork servers the site begins with.
    """
    memory = memory_for_the_site() or 512 * MB
    kept = KEPT_FOR_THE_SITE + (runtimes - 1) * MEMORY_PER_RUNTIME
    slots = min(SLOTS_AT_MOST, (memory - kept) // MEMORY_PER_SLOT)
    if (tasks := _tasks_allowed()) is not None:
        slots = min(slots, (tasks - TASKS_KEPT_FOR_THE_SITE) // threads)
    return max(2, slots)


def _tasks_allowed() -> int | None:
    """Return how many threads and processes this site may have, where that is counted by cgroup or by user."""
    allowed = [int(text) for file in PIDS_MAX if (text := _text(file)).isdecimal()]
    of_the_user = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    if os.geteuid() != 0 and of_the_user != resource.RLIM_INFINITY:
        allowed.append(of_the_user)
    return min(allowed, default=None)


def _text(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""


class Slots:
    """A fixed number of places and a queue in order of arrival. Safe to use from several threads.

    Args:
        count: how many there are.
        has_room: whether there is memory for one more; while there is none, free places stay free.
    """

    def __init__(self, count: int, has_room: Callable[[], bool] = lambda: True) -> None:
        self.count = count
        self._has_room = has_room
        self._taken: set[str] = set()
        self._waiting: deque[tuple[str, Callable[[], None]]] = deque()
        self._lock = threading.Lock()

    def take(self, who: str, when_free: Callable[[], None], *, instead_of: str | None = None) -> int:
        """Take a place, or wait for one.

        Args:
            who: a name, by which the place is given back.
            when_free: called later, on the thread of whoever gives a place back, if one has to wait.
            instead_of: the name that gives up its place, or its turn in the queue, to this one.

        Returns:
            0 when the place is taken now, else the position in the queue, from 1.
        """
        with self._lock:
            if instead_of in self._taken:
                self._taken.remove(instead_of)
                self._taken.add(who)
                return 0
            names = [name for name, _ in self._waiting]
            if instead_of in names:
                self._waiting[names.index(instead_of)] = (who, when_free)
                return names.index(instead_of) + 1
            if len(self._taken) < self.count and not self._waiting and self._has_room():
                self._taken.add(who)
                return 0
            self._waiting.append((who, when_free))
            return len(self._waiting)

    def give_back(self, who: str) -> None:
        """Free the place, or leave the queue; the next in the queue gets it. Giving it back twice is harmless."""
        with self._lock:
            self._taken.discard(who)
            self._waiting = deque(entry for entry in self._waiting if entry[0] != who)
        self.let_in()

    def let_in(self) -> bool:
        """Give free places to those that wait, as long as there is room; return whether somebody got one."""
        calls: list[Callable[[], None]] = []
        with self._lock:
            while self._waiting and len(self._taken) < self.count and self._has_room():
                name, when_free = self._waiting.popleft()
                self._taken.add(name)
                calls.append(when_free)
        for call in calls:
            call()
        return bool(calls)

    def queue(self) -> list[str]:
        """Return the names that wait, in order."""
        with self._lock:
            return [name for name, _ in self._waiting]
