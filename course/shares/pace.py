"""Holds one connection to a pace: work is counted, and whoever is ahead of it waits before the next piece."""

from __future__ import annotations

import time
from collections.abc import Callable

TURN_POINTS = 20
"""After so much work the others get a turn, however far the connection is within its pace."""


class Pace:
    """So many points of work a second in the long run, and so many at once.

    Args:
        per_second: points a second in the long run.
        at_once: points that may be spent at once.
        clock: seconds, never going back.
        sleep: waits that many seconds; under gevent even 0 gives the others their turn.
    """

    def __init__(
        self,
        per_second: float,
        at_once: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second, self._at_once = per_second, at_once
        self._clock, self._sleep = clock, sleep
        self._left, self._since, self._unbroken = at_once, clock(), 0.0

    def spend(self, points: float) -> None:
        """Count work, and wait while there was too much of it."""
        now = self._clock()
        self._left = min(self._at_once, self._left + (now - self._since) * self._per_second) - points
        self._since = now
        self._unbroken += points
        if self._left < 0:
            self._unbroken = 0
            self._sleep(-self._left / self._per_second)
        elif self._unbroken >= TURN_POINTS:
            self._unbroken = 0
            self._sleep(0)
