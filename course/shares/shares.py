"""What a learner and an address may have of the site: the one object that everything with a price asks."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from course.shares.addresses import HERE, Address, neighbourhood, parsed
from course.shares.budgets import Budget, MemoryStore, Store
from course.shares.exceptions import LimitException, excepted
from course.shares.fair_queue import Share
from course.shares.neighbours import A_CLASS, Neighbours
from course.shares.prices import (
    ADDRESS,
    AT_ONCE,
    CONNECTIONS_OF_ADDRESS,
    LEARNER,
    PATIENCE_SECONDS,
    PRICES,
    UNKNOWN_PRICE,
)

TOO_OFTEN = "That was too often. Wait {seconds}, then try again."
TOO_MANY_FROM_HERE = (
    "Very many people use the course from your network just now, so this one has to wait. Try again in {seconds}. "
    "Are you a class? Whoever runs this site can make room for your network (LIMIT_EXCEPTIONS)."
)


class OverShare(Exception):
    """The budget is spent, and waiting did not help. The message is a sentence for the learner."""

    def __init__(self, message: str, retry_seconds: float) -> None:
        self.retry_seconds = max(1, math.ceil(retry_seconds))
        unit = f"{self.retry_seconds} seconds" if self.retry_seconds < 120 else f"{self.retry_seconds // 60} minutes"
        super().__init__(message.format(seconds=unit))


class Shares:
    """Budgets, connections and neighbours of one site. Safe to use from several threads or greenlets.

    Args:
        exceptions: networks that are not limited by address.
        store: where budgets are kept.
        today: returns the day, in UTC.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        exceptions: Iterable[LimitException] = (),
        *,
        store: Store | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._exceptions = tuple(exceptions)
        self._store: Store = MemoryStore() if store is None else store
        self._today = today
        self._sleep = sleep
        self._neighbours = Neighbours()
        self._connections: Counter[str] = Counter()
        self._lock = threading.Lock()

    def spend(self, learner: str, what: str) -> None:
        """Pay for a request from the learner's budget, waiting a little if it is empty.

        Raises:
            OverShare: it would take longer.
        """
        price = PRICES.get(what, UNKNOWN_PRICE)
        self._take(f"learner {learner}", LEARNER, price, TOO_OFTEN)
        if what in AT_ONCE:
            self._take(f"{what} of {learner}", AT_ONCE[what], 1, TOO_OFTEN)

    def begin(self, address: str | None, what: str) -> None:
        """Pay for something new from the budget of the address, waiting a little if it is empty.

        Raises:
            OverShare: it would take longer.
        """
        name = neighbourhood(address)
        if self.limits(name):
            self._take(f"{what} {name}", ADDRESS[what], 1, TOO_MANY_FROM_HERE)

    def connect(self, address: str | None) -> None:
        """Count one more open connection of an address; `disconnect` takes it back.

        Raises:
            OverShare: there are too many, or too many have been opened.
        """
        self.begin(address, "connection")
        name = neighbourhood(address)
        with self._lock:
            if self._connections[name] < CONNECTIONS_OF_ADDRESS or not self.limits(name):
                self._connections[name] += 1
                return
        raise OverShare(TOO_MANY_FROM_HERE, 60)

    def disconnect(self, address: str | None) -> None:
        """Count one open connection less."""
        name = neighbourhood(address)
        with self._lock:
            self._connections[name] -= 1
            if self._connections[name] <= 0:
                del self._connections[name]

    def seen(self, address: str | None, learner: str) -> None:
        """Note that a learner with kept work is behind an address."""
        self._neighbours.seen(neighbourhood(address), learner)

    def share(self, address: str | None, learner: str, *, known: bool) -> Share:
        """Return for whom something waits in a fair queue; `known` learners have kept work."""
        return Share(neighbourhood(address), learner, known)

    def limits(self, name: str) -> bool:
        """Return whether an address, by the name of its neighbourhood, is limited at all.

        This machine is not, nor is an exception of the operator's.
        """
        return name != HERE and not self._excepted(name)

    def weight(self, name: str) -> int:
        """Return how many turns an address, by the name of its neighbourhood, gets in each round of a fair queue."""
        return A_CLASS if self._excepted(name) else max(1, self._neighbours.count(name))

    def _excepted(self, name: str) -> bool:
        return bool(self._exceptions) and excepted(self._exceptions, _in(name), self._today())

    def _take(self, name: str, budget: Budget, price: float, message: str) -> None:
        wait = self._store.take(name, budget, price, PATIENCE_SECONDS)
        if wait:
            self._sleep(min(wait, PATIENCE_SECONDS))  # who is refused has waited, too: a refusal is not free either
        if wait > PATIENCE_SECONDS:
            raise OverShare(message, wait - PATIENCE_SECONDS)


def _in(name: str) -> Address | None:
    """Return an address of a neighbourhood: the first of an IPv6 network."""
    return parsed(name.partition("/")[0])
