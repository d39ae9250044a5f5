"""Which learners with kept work were seen behind each address lately: that is how many turns it gets in a round."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

A_CLASS = 30
"""However many learners there are behind one address, it gets no more turns than a class."""
SEEN_SECONDS = 12 * 3600.0
ADDRESSES_KEPT = 5_000


class Neighbours:
    """The learners behind each address, in memory and bounded. Safe to use from several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, OrderedDict[str, float]] = OrderedDict()
        self._lock = threading.Lock()

    def seen(self, address: str, learner: str) -> None:
        """Note that a learner with kept work is behind an address."""
        with self._lock:
            there = self._seen.setdefault(address, OrderedDict())
            self._seen.move_to_end(address)
            there[learner] = self._clock()
            there.move_to_end(learner)
            while len(there) > A_CLASS:
                there.popitem(last=False)
            while len(self._seen) > ADDRESSES_KEPT:
                self._seen.popitem(last=False)

    def count(self, address: str) -> int:
        """Return how many were seen there lately, a class at most."""
        since = self._clock() - SEEN_SECONDS
        with self._lock:
            there = self._seen.get(address, OrderedDict())
            while there and next(iter(there.values())) < since:
                there.popitem(last=False)
            return len(there)
