"""Ends tunnels in which nothing moves: looks at all of them every few seconds.

A timeout at each read would do the same, but at the cost of a timer for every frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Protocol

LOOK_SECONDS = 5.0


class MayBeIdle(Protocol):
    """A connection that ends when nothing has moved on it for long."""

    def end_if_idle(self) -> None:
        """End it if it has been idle for too long. Must not block."""


class IdleWatch:
    """Looks at all connections given to it, on a thread of its own that starts with the first one."""

    def __init__(self) -> None:
        self._watched: list[MayBeIdle] = []
        self._changed = Condition()
        self._thread: Thread | None = None

    @contextmanager
    def over(self, watched: MayBeIdle) -> Iterator[None]:
        """Watch over it while the block runs."""
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
