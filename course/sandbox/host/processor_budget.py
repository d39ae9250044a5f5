"""Processor time as a budget that fills again. Pure.

Not a share of a core: contention hides that (a program that gets a fifth of a busy machine never takes 90 % of a core),
and so do two cores, which use a time limit up in half the time.
"""

from __future__ import annotations


class ProcessorBudget:
    """What one program may still compute at once.

    Args:
        burst: processor seconds that may be used at once.
        share: how many of them come back each second.
        now: seconds of a clock that goes on evenly.
    """

    def __init__(self, burst: float, share: float, now: float) -> None:
        self._burst, self._share = burst, share
        self._left, self._at, self._used = burst, now, 0.0

    def is_full(self, now: float) -> bool:
        """Return whether all that was used has come back."""
        return self._left + self._share * (now - self._at) >= self._burst

    def left(self, used: float, now: float) -> float:
        """Return the processor seconds that are left, below 0 when it is overdrawn: by a whole burst at most.

        Args:
            used: processor seconds since the program's start, all its processes together.
            now: of the same clock.
        """
        came_back = self._share * (now - self._at)
        self._left = max(-self._burst, min(self._burst, self._left + came_back) - (used - self._used))
        self._at, self._used = now, used
        return self._left
