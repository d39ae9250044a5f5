"""A named client as it listens: what it heard, and how long it waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from course.grading.clients.asking import Door
from course.grading.clients.checked_server import CheckedServer
from course.grading.clients.evidence import Received
from course.grading.clients.recording_client import RecordingClient
from course.grading.failures import Pointer

PATIENCE_SECONDS = 1.0
"""How long a claim waits at least. Only a failure ever waits this long."""
LONGEST_PATIENCE_SECONDS = 5.0
PATIENCE_IN_ROUND_TRIPS = 20
FENCE_SECONDS = 2.0
MAX_INBOX = 2000
"""Events a client keeps; a flooding server can't fill the memory."""


class Listening:
    """The part of a `Client` that receives what the server sends, and waits for it."""

    def __init__(self, name: str, door: Door, server: CheckedServer, origin: str | None) -> None:
        self.name = name
        self._server = server
        self._heard: list[Received] = []
        self._answers: dict[str, Callable[..., Any]] = {}
        self._news = threading.Condition()
        self._lost = False
        self._left = ""
        """How this client has stopped listening; empty as long as it listens."""
        self._slowest_seconds = 0.0
        self.sio = RecordingClient(
            name,
            door,
            server.recording,
            on_event=self._on_event,
            on_lost=lambda _namespace: self._on_lost(),
            origin=origin,
        )

    @property
    def connected(self) -> bool:
        """Whether the server keeps this client. Reliable right after an answer only; else use `expect_connected`."""
        return not self._lost and bool(self.sio.connected)

    @property
    def patience(self) -> float:
        """Seconds a claim waits: longer where the machine or the server is slow, as round trips showed."""
        return min(LONGEST_PATIENCE_SECONDS, max(PATIENCE_SECONDS, PATIENCE_IN_ROUND_TRIPS * self._slowest_seconds))

    def pointer(self) -> Pointer:
        """Return its place in the picture: at the last frame that it sent or received."""
        return Pointer("wrong", self.name, what="newest")

    def missing(self, event: str, *args: Any) -> Pointer:
        """Return an event that this client should have heard, with what it carries: for `fail(…, about=…)`."""
        return Pointer("missing", self.name, event, args or None)

    def heard(self, event: str | None = None) -> list[Received]:
        """Return what this client has heard so far (of that event), oldest first."""
        with self._news:
            return [item for item in self._heard if event is None or item.event == event]

    def forget(self) -> None:
        """Empty the inbox, so that later claims are about later events."""
        with self._news:
            self._heard.clear()

    def fence(self) -> bool:
        """Make a round trip that every Socket.IO server answers; everything queued before has then arrived."""
        if self._left or not self.connected:
            return False
        begun = time.monotonic()
        answered = self.sio.fence(max(FENCE_SECONDS, self.patience))
        self.took(time.monotonic() - begun)
        return answered

    def fence_later(self) -> threading.Event | None:
        """Begin such a round trip, and return an event that is set at its end; None when there is no connection."""
        return self.sio.ask_fence() if self.connected and not self._left else None

    def took(self, seconds: float) -> None:
        """Note how long a round trip took: `patience` grows with the slowest one."""
        self._slowest_seconds = max(self._slowest_seconds, seconds)

    def wait_for(self, condition: Callable[[], Any], seconds: float) -> Any:
        """Wait until something heard makes the condition true; return its value, falsy when it never was true.

        A client that the server has disconnected stops waiting.
        """
        with self._news:
            self._news.wait_for(lambda: condition() or self._lost, seconds)
            return condition()

    def wait_patiently(self, condition: Callable[[], Any], at_least: float = 0) -> Any:
        """Wait as `wait_for` does, for as long as claims wait.

        Before it gives up it makes a bare round trip. If that is slow, the machine or the server is busy with
        something else, and the condition gets as much more time as the round trip shows to be necessary.
        """
        waited = max(at_least, self.patience)
        found = self.wait_for(condition, waited)
        if not found:
            self.fence()
            found = self.wait_for(condition, max(0.0, self.patience - waited))
        return found

    def _on_event(self, _namespace: str, event: str, args: tuple[Any, ...]) -> Any:
        with self._news:
            if len(self._heard) < MAX_INBOX:
                self._heard.append(Received(self, event, args, time.monotonic()))
            self._news.notify_all()
        reply = self._answers.get(event)
        return reply(*args) if reply else None

    def _on_lost(self) -> None:
        with self._news:
            self._lost = True
            self._news.notify_all()
