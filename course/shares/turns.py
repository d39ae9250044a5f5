"""Turns at something that only a few may do at once: in fair order, with a place in line that is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from course.shares.fair_queue import FairQueue, Share
from course.shares.shares import Shares

WAITING_OF_ADDRESS = 60
"""Two classes."""
WAITING_AT_MOST = 600

Told = Callable[[int], None]


class NoTurn(Exception):
    """Nobody may wait for this now; the message is a sentence for the learner."""


class Turn:
    """One turn, asked for. Use it in a `with`: it is given back, or asked for no longer, however that ends."""

    def __init__(self, turns: Turns, share: Share, told: Told) -> None:
        self.share = share
        self.place = 0
        """In line, from 1; 0 once it is this one's turn."""
        self._turns = turns
        self._told = told
        self._come = threading.Event()

    def __enter__(self) -> Turn:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._turns.give_back(self)

    def wait(self, seconds: float) -> bool:
        """Wait until it has come; return whether it has."""
        return self._come.wait(seconds)

    def move(self, place: int) -> None:
        """Note a place in line; whoever waits is told each new one, and nobody is who need not wait at all."""
        if self._come.is_set() or (place and place == self.place):
            return
        waited, self.place = self.place, place
        if place == 0:
            self._come.set()
        if place or waited:
            self._told(place)


class Turns:
    """Turns for so many at once. A learner has one that has come, and one that waits. Safe to use from several threads.

    The last of them is for addresses that have none: who comes from elsewhere does not even wait for one to end.

    Args:
        at_once: how many turns may have come at the same time.
        shares: what an address may have; without it all addresses are alike.
    """

    def __init__(self, at_once: int, shares: Shares | None = None) -> None:
        self._at_once = at_once
        self._shares = shares or Shares()
        self._queue: FairQueue[Turn] = FairQueue(self._shares.weight)
        self._having: dict[str, Turn] = {}
        self._asked: dict[str, int] = {}
        self._lock = threading.Lock()

    def ask(self, share: Share, told: Told = lambda place: None) -> Turn:
        """Ask for a turn.

        Args:
            share: for whom.
            told: hears each new place in line, from 1, and at last 0 if there was any. It must not block.

        Raises:
            NoTurn: the learner has a turn and waits for another already, or too many wait.
        """
        turn = Turn(self, share, told)
        with self._lock:
            if self._asked.get(share.learner, 0) >= 2:
                raise NoTurn("One of your checks is running and another one is waiting. Let the first one finish.")
            if self._queue.count(share.address) >= WAITING_OF_ADDRESS or len(self._queue) >= WAITING_AT_MOST:
                raise NoTurn("Too many checks are waiting already, so nothing was checked. Try again in a minute.")
            self._asked[share.learner] = self._asked.get(share.learner, 0) + 1
            self._queue.add(turn, share)
        self._go_on()
        return turn

    def give_back(self, turn: Turn) -> None:
        """End a turn, or leave the line; doing it twice is harmless."""
        learner = turn.share.learner
        with self._lock:
            if self._having.get(learner) is turn:
                del self._having[learner]
            elif turn in self._queue:
                self._queue.remove(turn)
            else:
                return
            self._asked[learner] -= 1
            if not self._asked[learner]:
                del self._asked[learner]
        self._go_on()

    def _go_on(self) -> None:
        """Let as many turns come as may, and tell the others their places."""
        moved: list[tuple[Turn, int]] = []
        with self._lock:
            while len(self._having) < self._at_once:
                taken = self._queue.take(self._may_have_one)
                if taken is None:
                    break
                turn, share = taken
                self._having[share.learner] = turn
                moved.append((turn, 0))
            moved += [(turn, place) for place, turn in enumerate(self._queue, start=1)]
        for turn, place in moved:
            turn.move(place)

    def _may_have_one(self, share: Share) -> bool:
        if share.learner in self._having:
            return False
        if len(self._having) + 1 < self._at_once or not self._shares.limits(share.address):
            return True
        return all(turn.share.address != share.address for turn in self._having.values())
