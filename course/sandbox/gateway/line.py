"""One direction of a tunnel while a fault holds frames back: a bounded queue, first in, first out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Thread
from typing import NamedTuple

from course.sandbox.client_faults import ClientFaults
from course.sandbox.gateway.frames import Piece

HELD_BYTES = 256 * 1024
HELD_PARCELS = 500
"""What one line holds at most. When it is full `put` blocks, and TCP tells the sender."""


class Parcel(NamedTuple):
    """A piece of what was read, on its way."""

    since: float
    """When it arrived, on the faults' clock."""
    piece: Piece


class Line:
    """Passes parcels on in order, each one when the faults allow it.

    Args:
        faults: of the client.
        deliver: passes one parcel on; called on the line's own thread. An OSError in it ends the line.
        lose: called with what will never arrive.
    """

    def __init__(self, faults: ClientFaults, deliver: Callable[[Parcel], None], lose: Callable[[Parcel], None]) -> None:
        self._faults, self._deliver, self._lose = faults, deliver, lose
        self._changed = faults.changed
        self._parcels: deque[Parcel] = deque()
        self._bytes = 0
        self._delivering = False
        self._ended = False
        Thread(target=self._run, name="line", daemon=True).start()

    @property
    def held(self) -> tuple[int, int]:
        """Return how many parcels and bytes are waiting."""
        return len(self._parcels), self._bytes

    def put(self, parcel: Parcel) -> None:
        """Take one more; blocks while the line is full. On a line that has ended it is lost."""
        with self._changed:
            self._changed.wait_for(self._has_room)
            if not self._ended:
                self._parcels.append(parcel)
                self._bytes += len(parcel.piece.data)
                self._changed.notify_all()
                return
        self._lose(parcel)

    def finish(self) -> None:
        """Wait until everything has been passed on, or will never be."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or not (self._parcels or self._delivering))

    def end(self) -> None:
        """Lose what is left and take no more. Ending it twice is harmless."""
        with self._changed:
            self._ended = True
            left, self._parcels, self._bytes = list(self._parcels), deque(), 0
            self._changed.notify_all()
        for parcel in left:
            self._lose(parcel)

    def _has_room(self) -> bool:
        return self._ended or (self._bytes < HELD_BYTES and len(self._parcels) < HELD_PARCELS)

    def _run(self) -> None:
        while (parcel := self._next()) is not None:
            try:
                self._deliver(parcel)
            except OSError:
                self.end()
            finally:
                with self._changed:
                    self._delivering = False
                    self._changed.notify_all()

    def _next(self) -> Parcel | None:
        """Wait for the first parcel's turn; None once the line has ended."""
        with self._changed:
            while not self._ended:
                wait = self._faults.wait_for(self._parcels[0].since) if self._parcels else None
                if self._parcels and wait == 0:
                    parcel = self._parcels.popleft()
                    self._bytes -= len(parcel.piece.data)
                    self._delivering = True
                    self._changed.notify_all()
                    return parcel
                self._changed.wait(wait)
            return None
