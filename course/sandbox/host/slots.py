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
from course.shares.addresses import HERE
from course.shares.fair_queue import FairQueue, Share
from course.shares.shares import Shares
from course.shares.turns import WAITING_AT_MOST, WAITING_OF_ADDRESS

Who = TypeVar("Who", bound=Hashable)

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


class QueueFull(Exception):
    """Too many wait already. Each keeps its program in memory, also when its page has long gone."""


@dataclass(frozen=True)
class _Asked:
    """What somebody waits for."""

    when_free: Callable[[], None]
    places: int


@dataclass(frozen=True)
class _Held:
    """What somebody has."""

    share: Share
    places: int


class Slots(Generic[Who]):
    """A fixed number of places, one for each process, and a queue in fair order. Any thread may use it.

    Whoever takes places is known by itself and not by a name that another may carry later. The last quarter of the
    places is for addresses that have next to none: one address can't take them all.

    Args:
        count: how many there are.
        shares: what an address may have; without it all addresses are alike.
        has_room: whether there is memory for one more; while there is none, free places stay free.
    """

    def __init__(self, count: int, shares: Shares | None = None, has_room: Callable[[], bool] = lambda: True) -> None:
        self.count = count
        self._shares = shares or Shares()
        self._has_room = has_room
        self._taken: dict[Who, _Held] = {}
        self._asked: dict[Who, _Asked] = {}
        self._ahead: deque[tuple[Who, Share]] = deque()
        """Those who gave up fewer places than they now need: they are before all others."""
        self._waiting: FairQueue[Who] = FairQueue(self._shares.weight)
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """Return how many places are taken."""
        with self._lock:
            return self._count()

    def take(
        self,
        who: Who,
        when_free: Callable[[], None],
        *,
        places: int = 1,
        instead_of: Who | None = None,
        share: Share | None = None,
    ) -> int:
        """Take places, or wait for them.

        Args:
            who: by whom they are given back.
            when_free: called later, on the thread of whoever gives a place back, if one has to wait.
            places: how many. Who wants more than there are gets all of them.
            instead_of: who gives up its places, or its turn in the queue, to this one. A turn that is given up for
                more places is one at the head of the queue.
            share: for whom; without it, for a learner of that name at this machine.

        Returns:
            0 when they are taken now, else the position in the queue, from 1.

        Raises:
            QueueFull: too many wait, or too many of this address.
        """
        share = share or Share(HERE, str(who))
        asked = _Asked(when_free, min(places, self.count))
        with self._lock:
            if not self._take_over(who, asked, instead_of):
                self._refuse_beyond(share.address)
                self._waiting.add(who, share)
                self._asked[who] = asked
            next_ones = [call for each, call in self._let_in() if each is not who]
            position = 0 if who in self._taken else self._queue().index(who) + 1
        _tell(next_ones)
        return position

    def give_back(self, who: Who) -> None:
        """Free the places, or leave the queue; the next in the queue get them. Giving back twice is harmless."""
        with self._lock:
            self._taken.pop(who, None)
            self._asked.pop(who, None)
            self._waiting.remove(who)
            self._ahead = deque(each for each in self._ahead if each[0] != who)
            next_ones = [call for _, call in self._let_in()]
        _tell(next_ones)

    def let_in(self) -> bool:
        """Give free places to those that wait, as long as there is room; return whether somebody got one."""
        with self._lock:
            next_ones = [call for _, call in self._let_in()]
        _tell(next_ones)
        return bool(next_ones)

    def queue(self) -> list[Who]:
        """Return those who wait, in order."""
        with self._lock:
            return self._queue()

    def _refuse_beyond(self, address: str) -> None:
        of_address = self._waiting.count(address) if self._shares.limits(address) else 0
        if of_address >= WAITING_OF_ADDRESS or len(self._waiting) >= WAITING_AT_MOST:
            raise QueueFull

    def _take_over(self, who: Who, asked: _Asked, instead_of: Who | None) -> bool:
        """Step into the places or the turn of another one; return whether it had any."""
        if instead_of is None:
            return False
        held = self._taken.pop(instead_of, None)
        if held is not None and self._fits(asked.places):  # what was there has room in memory, too
            self._taken[who] = _Held(held.share, asked.places)
            return True
        if held is not None:
            self._ahead.append((who, held.share))
        elif instead_of in self._waiting:
            self._waiting.replace(instead_of, who)
        elif instead_of in (each for each, _ in self._ahead):
            self._ahead = deque((who if each == instead_of else each, share) for each, share in self._ahead)
        else:
            return False
        self._asked.pop(instead_of, None)
        self._asked[who] = asked
        return True

    def _let_in(self) -> list[tuple[Who, Callable[[], None]]]:
        """Give places away; nobody overtakes one who needs more than are free. Return whom, and what each wants."""
        found = []
        while (who := self._first()) is not None and self._fits(self._asked[who].places) and self._has_room():
            share = self._ahead.popleft()[1] if self._ahead else self._waiting.serve(who)
            asked = self._asked.pop(who)
            self._taken[who] = _Held(share, asked.places)
            found.append((who, asked.when_free))
        return found

    def _first(self) -> Who | None:
        return self._ahead[0][0] if self._ahead else self._waiting.first(self._may_have_one)

    def _may_have_one(self, share: Share) -> bool:
        if self.count - self._count() > self.count // RESERVED_PART or not self._shares.limits(share.address):
            return True
        return sum(held.places for held in self._taken.values() if held.share.address == share.address) < NEXT_TO_NONE

    def _fits(self, places: int) -> bool:
        return self._count() + places <= self.count

    def _count(self) -> int:
        return sum(held.places for held in self._taken.values())

    def _queue(self) -> list[Who]:
        return [*(who for who, _ in self._ahead), *self._waiting]


def _tell(next_ones: list[Callable[[], None]]) -> None:
    # The others have their places already, whatever becomes of one.
    take_every_step("the start of who has waited", next_ones)
