"""How many programs may run at once on this machine, and the queue of those that wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

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


class Slots:
    """A fixed number of places and a queue in order of arrival. Safe to use from several threads."""

    def __init__(self, count: int) -> None:
        self.count = count
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
            if len(self._taken) < self.count and not self._waiting:
                self._taken.add(who)
                return 0
            self._waiting.append((who, when_free))
            return len(self._waiting)

    def give_back(self, who: str) -> None:
        """Free the place, or leave the queue; the next in the queue gets it. Giving it back twice is harmless."""
        calls: list[Callable[[], None]] = []
        with self._lock:
            self._taken.discard(who)
            self._waiting = deque(entry for entry in self._waiting if entry[0] != who)
            while self._waiting and len(self._taken) < self.count:
                name, when_free = self._waiting.popleft()
                self._taken.add(name)
                calls.append(when_free)
        for call in calls:
            call()

    def queue(self) -> list[str]:
        """Return the names that wait, in order."""
        with self._lock:
            return [name for name, _ in self._waiting]


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
