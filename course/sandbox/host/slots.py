"""How many programs may run at once on this machine, and the queue of those that wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from course.shares.addresses import HERE
from course.shares.fair_queue import FairQueue, Share
from course.shares.shares import Shares

MB = 1024 * 1024
MEMORY_PER_SLOT = 12 * MB
"""What a running sandbox needs, as measured, with room for what learners do."""
MEMORY_PER_RUNTIME = 40 * MB
"""What a fork server needs by itself, as measured."""
KEPT_FOR_THE_SITE = 256 * MB
"""With one fork server."""
SLOTS_AT_MOST = 200
RESERVED_PART = 4
"""One place in so many is kept for addresses that have next to none."""
NEXT_TO_NONE = 2
"""Places: a learner's program, and its check."""

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


class Slots:
    """A fixed number of places and a queue in fair order. Safe to use from several threads.

    The last quarter of the places is for addresses that have next to none: one address can't take them all.

    Args:
        count: how many places there are.
        shares: what an address may have; without it all addresses are alike.
    """

    def __init__(self, count: int, shares: Shares | None = None) -> None:
        self.count = count
        self._shares = shares or Shares()
        self._taken: dict[str, Share] = {}
        self._waiting: FairQueue[str] = FairQueue(self._shares.weight)
        self._calls: dict[str, Callable[[], None]] = {}
        self._lock = threading.Lock()

    def take(
        self, who: str, when_free: Callable[[], None], *, instead_of: str | None = None, share: Share | None = None
    ) -> int:
        """Take a place, or wait for one.

        Args:
            who: a name, by which the place is given back.
            when_free: called later, on the thread of whoever gives a place back, if one has to wait.
            instead_of: the name that gives up its place, or its turn in the queue, to this one.
            share: for whom; without it the name counts as a learner at this machine.

        Returns:
            0 when the place is taken now, else the position in the queue, from 1.
        """
        with self._lock:
            if instead_of in self._taken:
                self._taken[who] = self._taken.pop(instead_of)
                return 0
            if instead_of is not None and instead_of in self._waiting:
                self._waiting.replace(instead_of, who)
                del self._calls[instead_of]
            else:
                self._waiting.add(who, share or Share(HERE, who))
            self._calls[who] = when_free
            calls = [call for name, call in self._granted() if name != who]
            position = 0 if who in self._taken else list(self._waiting).index(who) + 1
        for call in calls:
            call()
        return position

    def give_back(self, who: str) -> None:
        """Free the place, or leave the queue; the next in the queue gets it. Giving it back twice is harmless."""
        with self._lock:
            self._taken.pop(who, None)
            self._waiting.remove(who)
            self._calls.pop(who, None)
            calls = [call for _, call in self._granted()]
        for call in calls:
            call()

    def queue(self) -> list[str]:
        """Return the names that wait, in order."""
        with self._lock:
            return list(self._waiting)

    def _granted(self) -> list[tuple[str, Callable[[], None]]]:
        """Give free places away; return whom, and what each wants called."""
        granted = []
        while len(self._taken) < self.count:
            taken = self._waiting.take(self._may_have_one)
            if taken is None:
                break
            who, share = taken
            self._taken[who] = share
            granted.append((who, self._calls.pop(who)))
        return granted

    def _may_have_one(self, share: Share) -> bool:
        free = self.count - len(self._taken)
        if free > self.count // RESERVED_PART or not self._shares.limits(share.address):
            return True
        return sum(taken.address == share.address for taken in self._taken.values()) < NEXT_TO_NONE


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
