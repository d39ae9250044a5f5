"""How much may happen in one second. A leaf: standard library only."""

from __future__ import annotations


class PerSecond:
    """Counts what each whole second of a clock brings, against a limit. The next second starts from zero.

    It takes the time from its caller, so that things may be counted later than they happened.

    Args:
        limit: how many (messages, bytes, …) one second may bring.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._second: int | None = None
        self._count = 0

    def left(self, now: float) -> int:
        """Return how many more the second of `now` may bring."""
        if int(now) != self._second:
            self._second, self._count = int(now), 0
        return max(0, self._limit - self._count)

    def take(self, now: float, amount: int = 1) -> int:
        """Count `amount` in the second of `now`; return how many of them are within the limit."""
        within = min(amount, self.left(now))
        self._count += amount
        return within
