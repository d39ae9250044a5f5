"""A semaphore whose turns go round over addresses: a few go on at a time, the others wait in fair order."""

from __future__ import annotations

import threading

from course.shares.fair_queue import FairQueue, Share
from course.shares.shares import Shares


class FairSemaphore:
    """Lets `at_once` go on at the same time. Safe to use from several threads or greenlets.

    Args:
        at_once: how many.
        shares: how many turns an address gets in each round.
    """

    def __init__(self, at_once: int, shares: Shares) -> None:
        self._free = at_once
        self._waiting: FairQueue[threading.Event] = FairQueue(shares.weight)
        self._lock = threading.Lock()

    def acquire(self, share: Share) -> None:
        """Wait for a turn, and have it until `release`."""
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Event()
            self._waiting.add(mine, share)
        try:
            mine.wait()
        except BaseException:
            with self._lock:
                self._waiting.remove(mine)
            if mine.is_set():  # the turn had come already
                self.release()
            raise

    def release(self) -> None:
        """Give a turn back: whose turn it is now has it."""
        with self._lock:
            following = self._waiting.take()
            if following is None:
                self._free += 1
            else:
                following[0].set()
