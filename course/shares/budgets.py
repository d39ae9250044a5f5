"""Budgets that fill up again over time, kept under a name each. In memory; `Store` is what another store would have.

A budget is one number, the time at which it will be full again (the generic cell rate algorithm, ITU-T I.371): taking
moves it into the future, and how long one has to wait follows from it exactly.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

NAMES_KEPT = 50_000
"""About 10 MB. Beyond it the names that were used longest ago are forgotten: their budgets are nearly full."""


@dataclass(frozen=True)
class Budget:
    """So many points may be spent at once; an empty budget is full again after so many seconds."""

    points: float
    seconds: float

    def time_of(self, price: float) -> float:
        """Return the seconds in which the budget earns `price` points."""
        return price * self.seconds / self.points


class Store(Protocol):
    """Where budgets are kept. One operation, and atomic: a store that several processes share needs no other."""

    def take(self, name: str, budget: Budget, price: float, patience: float = 0) -> float:
        """Take `price` points and return 0, or the seconds after which they will have been earned.

        If that is longer than `patience`, nothing is taken.
        """
        ...


class MemoryStore:
    """The budgets of one process, bounded. Safe to use from several threads."""

    def __init__(self, *, names: int = NAMES_KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        self._names = names
        self._clock = clock
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many budgets are kept: those that are not full."""
        return len(self._full_at)

    def take(self, name: str, budget: Budget, price: float, patience: float = 0) -> float:
        """Take from a budget: see `Store`."""
        with self._lock:
            now = self._clock()
            full_at = max(self._full_at.get(name, now), now) + budget.time_of(price)
            wait = max(0.0, full_at - now - budget.seconds)
            if wait <= patience:
                self._full_at[name] = full_at
                self._full_at.move_to_end(name)
            self._forget(now)
            return wait

    def _forget(self, now: float) -> None:
        """Drop a few budgets that are full again, so that each new one pays for the end of old ones."""
        for _ in range(2):
            if not self._full_at:
                return
            oldest = next(iter(self._full_at))
            if self._full_at[oldest] > now and len(self._full_at) <= self._names:
                return
            del self._full_at[oldest]
