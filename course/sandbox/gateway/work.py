"""What the gateway does for one sandbox, counted against a budget that all of its connections share.

A rate that counts bytes alone never slows a peer that sends next to nothing very often: what costs the processor is a
turn of a loop. So everything has a price in bytes, those that could be passed on in the same time.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from course.sandbox.gateway.address import NotPassed
from course.sandbox.gateway.ends import OVERWORKED, SLOWED

READ = 512
"""Prices. Of one read, which woke us up and is sent on."""
FRAME = 200
"""Of a frame, a packet of a polling body, or a line of a head."""
CHUNK = 1024
"""Of a piece of a body, which an HTTP parser has found in what was read."""
HEAD = 4096
"""Of a head."""
REQUEST = 16 * 1024
"""Of a request, its connection to the learner's server included."""

BURST_SECONDS = 0.25
"""How much may come at once: what the budget allows in this time."""
TURN = 16 * 1024
"""After so much without a pause the others have a turn: a few milliseconds at most."""
SHORTEST_PAUSE = 0.01
"""Seconds. What comes during a pause is read in one go afterwards, so pauses make the work itself less."""
OVERWORK_SECONDS = 30.0
"""Who uses more than the budget for so long without a break is not slowed down any longer, but ended."""


class Overworked(NotPassed):
    """The sandbox has used more than its budget for too long."""

    def __init__(self) -> None:
        super().__init__(429, OVERWORKED.name, OVERWORKED.words)


class Work:
    """The budget of one sandbox. Safe to use from several threads or greenlets.

    Args:
        per_second: bytes' worth of work in the long run.
        tell: called with a sentence for the learner when a stretch of too much work begins, and when it is ended.
        clock: seconds, never going back.
        pause: waits that many seconds, and lets the others work meanwhile.
    """

    def __init__(
        self,
        per_second: float,
        tell: Callable[[str], None] = lambda words: None,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second, self._burst = per_second, per_second * BURST_SECONDS
        self._tell, self._clock, self._pause = tell, clock, pause
        self._left, self._since = self._burst, clock()
        self._turn = 0
        self._over_since: float | None = None
        self._ended = False

    def spend(self, worth: int) -> None:
        """Count work that was done. Pauses while there was too much of it, and now and then for the others' sake.

        Raises:
            Overworked: it has been too much for too long.
        """
        now = self._clock()
        left = self._left + (now - self._since) * self._per_second
        if left >= self._burst:
            left, self._over_since, self._ended = self._burst, None, False
        self._left, self._since = left - worth, now
        if self._left < 0:
            self._wait(now)
            return
        self._turn += worth
        if self._turn >= TURN:
            self._turn = 0
            self._pause(0)

    def _wait(self, now: float) -> None:
        self._turn = 0
        if self._over_since is None:
            self._over_since = now
            self._tell(SLOWED)
        if now - self._over_since >= OVERWORK_SECONDS:
            if not self._ended:
                self._ended = True
                self._tell(OVERWORKED.words)
            raise Overworked
        self._pause(max(SHORTEST_PAUSE, -self._left / self._per_second))
