"""Ends tunnels in which nothing moves: one look at all of them, now and then.

A timeout at each read would say the same, and costs every frame a timer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Protocol

LOOK_SECONDS = 5.0


class MayBeIdle(Protocol):
    """What can end for want of anything to do."""

    def end_if_idle(self) -> None:
        """Look, and end it if it is time. Must not block."""


class IdleWatch:
    """Looks at everything that it watches over, on a thread that begins with the first."""

    def __init__(self) -> None:
        self._watched: list[MayBeIdle] = []
        self._changed = Condition()
        self._thread: Thread | None = None

    @contextmanager
    def over(self, watched: MayBeIdle) -> Iterator[None]:
        """Watch over it as long as the block lasts."""
        with self._changed:
            self._watched.append(watched)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="idle tunnels", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._watched.remove(watched)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._watched)
                self._changed.wait(LOOK_SECONDS)
                now_watched = list(self._watched)
            for each in now_watched:
                each.end_if_idle()
