"""Many changes, few emits: a broadcast costs each receiver, so votes and presence go out a few times a second."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any

INTERVAL_SECONDS = 0.3


class Coalescer:
    """Runs an action for each key at most once an interval, always once more after the last call."""

    def __init__(self, start_task: Callable[..., Any], sleep: Callable[[float], Any]) -> None:
        self._start_task = start_task
        self._sleep = sleep
        self._waiting: set[Hashable] = set()
        self._lock = threading.Lock()

    def soon(self, key: Hashable, action: Callable[[], None]) -> None:
        """Run `action` within the interval, unless one for the same `key` is waiting already."""
        with self._lock:
            if key in self._waiting:
                return
            self._waiting.add(key)
        self._start_task(self._run, key, action)

    def _run(self, key: Hashable, action: Callable[[], None]) -> None:
        self._sleep(INTERVAL_SECONDS)
        with self._lock:
            self._waiting.discard(key)
        action()
