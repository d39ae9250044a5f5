"""How many programs may run at once on this machine, and the queue of those that wait."""

from __future__ import annotations

import os
import resource
import threading
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from course.sandbox.guarded import take_every_step
from course.sandbox.host.machine_memory import memory_for_the_site
from course.sandbox.limits import MB

Who = TypeVar("Who", bound=Hashable)

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


@dataclass(frozen=True)
class _Waiting(Generic[Who]):
    who: Who
    when_free: Callable[[], None]
    places: int


class Slots(Generic[Who]):
    """A fixed number of places, one for each process, and a queue in order of arrival. Any thread may use it.

    Whoever takes places is known by itself and not by a name that another may carry later.

    Args:
        count: how many there are.
        has_room: whether there is memory for one more; while there is none, free places stay free.
    """

    def __init__(self, count: int, has_room: Callable[[], bool] = lambda: True) -> None:
        self.count = count
        self._has_room = has_room
        self._taken: dict[Who, int] = {}
        self._waiting: deque[_Waiting[Who]] = deque()
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """Return how many places are taken."""
        with self._lock:
            return sum(self._taken.values())

    def take(self, who: Who, when_free: Callable[[], None], *, places: int = 1, instead_of: Who | None = None) -> int:
        """Take places, or wait for them.

        Args:
            who: by whom they are given back.
            when_free: called later, on the thread of whoever gives a place back, if one has to wait.
            places: how many. Who wants more than there are gets all of them.
            instead_of: who gives up its places, or its turn in the queue, to this one. A turn that is given up for
                more places is one at the head of the queue.

        Returns:
            0 when they are taken now, else the position in the queue, from 1.
        """
        asked = _Waiting(who, when_free, min(places, self.count))
        with self._lock:
            turn = self._leave(instead_of)
            takes_over = turn == 0  # what was there has room already
            if turn is None and not self._waiting and self._has_room():
                turn, takes_over = 0, True
            if takes_over and self._fits(asked.places):
                self._taken[who] = asked.places
                position = 0
            else:
                turn = len(self._waiting) if turn is None else turn
                self._waiting.insert(turn, asked)
                position = turn + 1
            next_ones = self._let_in()
        _tell(next_ones)
        return position

    def give_back(self, who: Who) -> None:
        """Free the places, or leave the queue; the next in the queue get them. Giving back twice is harmless."""
        with self._lock:
            self._leave(who)
            next_ones = self._let_in()
        _tell(next_ones)

    def let_in(self) -> bool:
        """Give free places to those that wait, as long as there is room; return whether somebody got one."""
        with self._lock:
            next_ones = self._let_in()
        _tell(next_ones)
        return bool(next_ones)

    def _leave(self, who: Who | None) -> int | None:
        """Give up places or a turn; return which turn is free, 0 for the one at the head, None without any."""
        if who is None:
            return None
        if self._taken.pop(who, None) is not None:
            return 0
        turn = next((turn for turn, each in enumerate(self._waiting) if each.who == who), None)
        if turn is not None:
            del self._waiting[turn]
        return turn

    def _fits(self, places: int) -> bool:
        return sum(self._taken.values()) + places <= self.count

    def _let_in(self) -> list[_Waiting[Who]]:
        """Give places to those who are first in line; nobody overtakes one who needs more than are free."""
        found = []
        while self._waiting and self._fits(self._waiting[0].places) and self._has_room():
            first = self._waiting.popleft()
            self._taken[first.who] = first.places
            found.append(first)
        return found

    def queue(self) -> list[Who]:
        """Return those who wait, in order."""
        with self._lock:
            return [each.who for each in self._waiting]


def _tell(next_ones: list[_Waiting[Who]]) -> None:
    # The others have their places already, whatever becomes of one.
    take_every_step("the start of who has waited", [each.when_free for each in next_ones])
