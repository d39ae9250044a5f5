"""Holds a stream of bytes to a rate."""

from __future__ import annotations

import time
from collections.abc import Callable


class RateLimiter:
    """Holds a stream of bytes to a rate by sleeping: what is not read is not sent, and TCP tells the sender.

    Args:
        per_second: bytes per second in the long run.
        burst: bytes that may come at once.
        clock: seconds, never going back.
        sleep: waits that many seconds.
    """

    def __init__(
        self,
        per_second: float,
        burst: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second, self._burst = per_second, burst
        self._clock, self._sleep = clock, sleep
        self._allowance, self._since = burst, clock()

    def spend(self, count: int) -> None:
        """Count bytes, and sleep while there were too many."""
        now = self._clock()
        self._allowance = min(self._burst, self._allowance + (now - self._since) * self._per_second) - count
        self._since = now
        if self._allowance < 0:
            self._sleep(-self._allowance / self._per_second)
