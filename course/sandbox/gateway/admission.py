"""What the gateway keeps for one running sandbox: cookie jars, Engine.IO sessions, and the requests in progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Condition, Lock

from course.sandbox.gateway.address import NotPassed
from course.sandbox.gateway.cookies import CookieJar
from course.sandbox.gateway.work import Work

CONNECTIONS_PER_SESSION = 2
"""A client on long-polling holds one request and sends on a second; one that upgrades holds a poll and a WebSocket."""
WAIT_SECONDS = 2.0
QUIET_SECONDS = 5.0
"""A polling client is between two requests for milliseconds. Silent for longer, it no longer counts as a session."""
JARS = 32
SID_CHARACTERS = 64
"""A session of a longer name is not kept in mind. Those of the library have 20."""


class Admission:
    """Admission, budget and cookies of one sandbox. Safe to use from several threads or greenlets.

    Args:
        sessions: Engine.IO sessions at the same time.
        work: counts what is done for the sandbox.
        clock: seconds, never going back.
        wait_seconds: how long a request waits for its turn before it is refused.
    """

    def __init__(
        self,
        sessions: int,
        work: Work,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self.work = work
        self._limit = sessions
        self._clock = clock
        self._wait_seconds = wait_seconds
        self._connections = BoundedSemaphore(sessions * CONNECTIONS_PER_SESSION)
        self._under_way: dict[object, int] = {}
        self._last_seen: dict[object, float] = {}
        self._changed = Condition(Lock())
        self._jars: dict[str, CookieJar] = {}

    def jar(self, client: str) -> CookieJar:
        """Return the cookies of the client with this tag."""
        if client not in self._jars and len(self._jars) >= JARS:
            del self._jars[next(iter(self._jars))]
        return self._jars.setdefault(client, CookieJar())

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Hold one of the sandbox's connections.

        Raises:
            NotPassed: none became free in time.
        """
        if not self._connections.acquire(timeout=self._wait_seconds):
            raise NotPassed(503, "busy", "The program is busy with as many requests as it may have. Try again soon.")
        try:
            yield
        finally:
            self._connections.release()

    @contextmanager
    def session(self, sid: str | None) -> Iterator[None]:
        """Count a request or tunnel of the session `sid`; without one it begins a session and waits for room.

        Raises:
            NotPassed: there are as many sessions as there may be.
        """
        key: object = sid or object()
        with self._changed:
            if sid is None and not self._changed.wait_for(self._has_room, self._wait_seconds):
                raise NotPassed(
                    503,
                    "too_many_sessions",
                    f"{self._limit} clients are connected, and this program may have no more. Disconnect one first.",
                )
            self._under_way[key] = self._under_way.get(key, 0) + 1
        try:
            yield
        finally:
            self._leave(key)

    def opened(self, sid: str) -> None:
        """Note a session that the learner's server opened over long-polling."""
        with self._changed:
            if len(self._last_seen) < self._limit and len(sid) <= SID_CHARACTERS:
                self._last_seen[sid] = self._clock()

    def closed(self, sid: str) -> None:
        """Note that a session was closed: its place is free at once."""
        with self._changed:
            self._last_seen.pop(sid, None)
            self._changed.notify_all()

    def _leave(self, key: object) -> None:
        with self._changed:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]
            if key in self._last_seen:
                self._last_seen[key] = self._clock()
            self._changed.notify_all()

    def _has_room(self) -> bool:
        quiet_since = self._clock() - QUIET_SECONDS
        for sid, seen in list(self._last_seen.items()):
            if seen < quiet_since and sid not in self._under_way:
                del self._last_seen[sid]
        return len(self._under_way.keys() | self._last_seen.keys()) < self._limit
