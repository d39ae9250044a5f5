"""How many programs may run at once on this machine, and the queue of those that wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from course.sandbox.guarded import take_every_step

Who = TypeVar("Who", bound=Hashable)

MB = 1024 * 1024
MEMORY_PER_SLOT = 12 * MB
"""What a running sandbox needs, as measured, with room for what learners do."""
MEMORY_PER_RUNTIME = 40 * MB
"""What a fork server needs by itself, as measured."""
KEPT_FOR_THE_SITE = 256 * MB
"""With one fork server."""
SLOTS_AT_MOST = 200

CGROUP_FILES = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
MEMINFO = Path("/proc/meminfo")


def slots_for_this_host(runtimes: int = 1) -> int:
    """Count slots from the memory this process may use: the cgroup's limit, otherwise what the machine has free now.

    Args:
        runtimes: how many fork servers the site begins with.
    """
    memory = min(filter(None, (_cgroup_limit(), _available())), default=512 * MB)
    kept = KEPT_FOR_THE_SITE + (runtimes - 1) * MEMORY_PER_RUNTIME
    return max(2, min(SLOTS_AT_MOST, (memory - kept) // MEMORY_PER_SLOT))


@dataclass(frozen=True)
class _Waiting(Generic[Who]):
    who: Who
    when_free: Callable[[], None]
    places: int


class Slots(Generic[Who]):
    """A fixed number of places, one for each process, and a queue in order of arrival. Any thread may use it.

    Whoever takes places is known by itself and not by a name that another may carry later.
    """

    def __init__(self, count: int) -> None:
        self.count = count
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
            if turn is None and not self._waiting:
                turn = 0
            if turn == 0 and self._fits(asked.places):
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
        while self._waiting and self._fits(self._waiting[0].places):
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


def _cgroup_limit() -> int | None:
    for file in CGROUP_FILES:
        try:
            text = file.read_text().strip()
        except OSError:
            continue
        if text.isdecimal() and int(text) < 1 << 60:
            return int(text)
    return None


def _available() -> int | None:
    try:
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
