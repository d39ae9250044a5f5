"""A queue whose turns go round: over addresses first, then over the learners behind each, then in order of arrival.

Cookies are free, so a thousand learners who began a minute ago are one address with one turn a round. An address
behind which learners have kept work gets as many turns as there are such learners, a class at most; and beside those
learners the newcomers of their address are one.

Each level is start-time fair queueing (Goyal, Vin and Cheng, 1996): a turn moves whoever had it back by one turn
divided by their weight, and who comes anew begins where the round is, so that no turn can be saved up.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

REMEMBERED = 2000
"""How many of those who wait no longer are known at each level: each is ahead of the round by one turn at most."""

T = TypeVar("T")


@dataclass(frozen=True)
class Share:
    """For whom something waits."""

    address: str
    """As `course.shares.addresses.neighbourhood` names it."""
    learner: str
    known: bool = True
    """Whether work of the learner is kept."""

    @property
    def path(self) -> tuple[str, str, str]:
        """Return whose turns it takes, from the outermost round to the innermost."""
        return self.address, self.learner if self.known else "", self.learner


class FairQueue(Generic[T]):
    """Items that wait, each for somebody. Not safe to use from several threads: whoever owns it has the lock.

    `weight` returns how many turns an address gets in each round.
    """

    def __init__(self, weight: Callable[[str], float] = lambda address: 1) -> None:
        self._weight = weight
        self._shares: dict[T, Share] = {}
        self._round: _Round[T] = _Round()

    def __len__(self) -> int:
        return len(self._shares)

    def __iter__(self) -> Iterator[T]:
        """Yield everything that waits, in the order of its turns if nothing else comes."""
        return self._round.sequence(self._weight)

    def __contains__(self, item: T) -> bool:
        return item in self._shares

    def add(self, item: T, share: Share) -> None:
        """Let an item wait; the same one can wait only once."""
        self._shares[item] = share
        self._round.add(item, share.path)

    def remove(self, item: T) -> None:
        """Let an item wait no longer; nobody's turn is used up. Unknown ones are ignored."""
        share = self._shares.pop(item, None)
        if share is not None:
            self._round.remove(item, share.path)

    def replace(self, item: T, by: T) -> None:
        """Give the place of an item to another one of the same learner."""
        share = self._shares.pop(item)
        self._shares[by] = share
        self._round.replace(item, by, share.path)

    def first(self, may: Callable[[Share], bool] = lambda share: True) -> T | None:
        """Return the first item that may have its turn now, None without one. It goes on waiting."""
        return next((item for item in self if may(self._shares[item])), None)

    def serve(self, item: T) -> Share:
        """Give an item its turn: it waits no longer. Return for whom it was."""
        share = self._shares.pop(item)
        self._round.serve(item, share.path, self._weight)
        return share

    def take(self, may: Callable[[Share], bool] = lambda share: True) -> tuple[T, Share] | None:
        """Return the first item that may have its turn now, and for whom it was, and let it wait no longer.

        Without one return None. Whoever may not keeps their place.
        """
        item = self.first(may)
        return None if item is None else (item, self.serve(item))

    def count(self, address: str) -> int:
        """Return how many items of an address wait."""
        return sum(share.address == address for share in self._shares.values())


def _even(key: str) -> float:
    return 1


class _Round(Generic[T]):
    """Those who take turns at one level: each has a round of its own below it, or items in order of arrival."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Round[T] | deque[T]] = {}
        self._next_at: dict[str, tuple[float, int]] = {}
        """When each has their next turn, in turns since the beginning; then in order of arrival."""
        self._now = 0.0
        self._arrivals = itertools.count()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, item: T, path: tuple[str, ...]) -> None:
        key, *rest = path
        if key not in self._waiting:
            self._waiting[key] = _Round() if rest else deque()
            self._next_at[key] = (max(self._next_at.get(key, (0.0, 0))[0], self._now), next(self._arrivals))
        below = self._waiting[key]
        if isinstance(below, deque):
            below.append(item)
        else:
            below.add(item, tuple(rest))

    def remove(self, item: T, path: tuple[str, ...]) -> None:
        key, *rest = path
        below = self._waiting[key]
        if isinstance(below, deque):
            below.remove(item)
        else:
            below.remove(item, tuple(rest))
        if not below:
            del self._waiting[key]
            self._forget()

    def replace(self, item: T, by: T, path: tuple[str, ...]) -> None:
        key, *rest = path
        below = self._waiting[key]
        if isinstance(below, deque):
            below[below.index(item)] = by
        else:
            below.replace(item, by, tuple(rest))

    def serve(self, item: T, path: tuple[str, ...], weight: Callable[[str], float] = _even) -> None:
        key, *rest = path
        self._now = max(self._now, self._next_at[key][0])
        self._next_at[key] = (self._now + 1 / max(1.0, weight(key)), next(self._arrivals))
        below = self._waiting[key]
        if isinstance(below, deque):
            below.remove(item)
        else:
            below.serve(item, tuple(rest))
        if not below:
            del self._waiting[key]
            self._forget()

    def sequence(self, weight: Callable[[str], float] = _even) -> Iterator[T]:
        after = itertools.count(next(self._arrivals))
        heap = [(*self._next_at[key], key) for key in self._waiting]
        heapq.heapify(heap)
        below = {key: iter(each) if isinstance(each, deque) else each.sequence() for key, each in self._waiting.items()}
        while heap:
            at, _, key = heapq.heappop(heap)
            for item in below[key]:
                yield item
                heapq.heappush(heap, (at + 1 / max(1.0, weight(key)), next(after), key))
                break

    def _forget(self) -> None:
        if len(self._next_at) > len(self._waiting) + REMEMBERED:
            self._next_at = {key: at for key, at in self._next_at.items() if key in self._waiting or at[0] > self._now}
        if len(self._next_at) > len(self._waiting) + REMEMBERED:
            self._next_at = {key: self._next_at[key] for key in self._waiting}
