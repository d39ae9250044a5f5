"""A named client in a check: it emits, asks, and makes claims about what it heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import socketio

from course.grading.failures import AuthorError, CheckFailed, show, show_event
from course.grading.recording_client import RecordingClient

if TYPE_CHECKING:
    from course.grading.server import Server

ANSWER_SECONDS = 1.0
"""How long a claim waits. Only a failure ever waits this long."""
FENCE_SECONDS = 2.0
MAX_INBOX = 2000
"""Events a client keeps; a flooding server can't fill the memory."""

ANY: Any = object()


@dataclass(frozen=True)
class Received:
    """One event a client heard. Also the evidence that an emit has happened (see `Client.expect_nothing`)."""

    client: Client
    event: str
    args: tuple[Any, ...]
    time: float

    @property
    def value(self) -> Any:
        """The first argument, or None when the event carried nothing."""
        return self.args[0] if self.args else None

    def __str__(self) -> str:
        return show_event(self.event, self.args)


class Answer:
    """What came back to an `ask`: an acknowledgement, or nothing."""

    def __init__(self, client: Client, event: str, values: tuple[Any, ...] | None, asked_at: float) -> None:
        self.client = client
        self.event = event
        self._values = values
        self._asked_at = asked_at

    @property
    def arrived(self) -> bool:
        """Whether an acknowledgement came, even an empty one."""
        return self._values is not None

    @property
    def values(self) -> tuple[Any, ...]:
        """What the acknowledgement carried; empty when it carried, or was, nothing."""
        return self._values or ()

    @property
    def value(self) -> Any:
        """The first value, or None."""
        return self.values[0] if self.values else None

    def is_exactly(self, *values: Any) -> bool:
        """Return whether an acknowledgement came and carried exactly these values."""
        return self.arrived and _same(self.values, values)

    def expect_arrived(self, *, hint: str = "", mistake: str | None = None) -> None:
        """Claim that an acknowledgement came.

        Raises:
            CheckFailed: none did; the failure says why, as far as that is known.
        """
        if not self.arrived:
            raise self._missing("an acknowledgement", hint, mistake)

    def expect(self, *values: Any, hint: str = "", mistake: str | None = None) -> None:
        """Claim that the acknowledgement carried exactly these values.

        Raises:
            CheckFailed: it did not come, or carried something else.
        """
        expected = show(*values) if values else "an empty acknowledgement"
        if not self.arrived:
            raise self._missing(expected, hint, mistake)
        if not self.is_exactly(*values):
            raise CheckFailed(
                f"The acknowledgement of “{self.event}” is not the expected one.",
                expected=expected,
                actual=show(*self.values) if self.values else "an empty acknowledgement",
                hint=hint,
                mistake=mistake,
            )

    def heard_instead(self) -> list[Received]:
        """Return the events the asking client heard since it asked."""
        return [event for event in self.client.heard() if event.time >= self._asked_at]

    def _missing(self, expected: str, hint: str, mistake: str | None) -> CheckFailed:
        failure = self.client.nothing_came(self.event, self._asked_at)
        if failure is not None:
            failure.expected = expected
            failure.hint = hint or failure.hint
            failure.mistake = mistake
            return failure
        heard = "; ".join(str(event) for event in self.heard_instead()[:3])
        return CheckFailed(
            f"“{self.event}” was never acknowledged: {self.client.name} waited {self.client.patience:.0f} s.",
            expected=expected,
            actual=f"no acknowledgement, but the event {heard}" if heard else "nothing came back",
            hint=hint or f"Is there a handler for “{self.event}”, and does it return a value?",
            mistake=mistake,
        )


class Client:
    """A real Socket.IO client with a name. Made by `Server.client`."""

    def __init__(self, name: str, namespace: str, path: Path, server: Server) -> None:
        self.name = name
        self.handshake_seconds = 0.0
        self._namespace = namespace
        self._server = server
        self._heard: list[Received] = []
        self._answers: dict[str, Callable[..., Any]] = {}
        self._news = threading.Condition()
        self._lost = False
        self.sio = RecordingClient(
            name, path, server.recording, on_event=self._on_event, on_lost=lambda _namespace: self._on_lost()
        )

    @property
    def connected(self) -> bool:
        """Whether the server still keeps this client. Right after an answer; elsewhere use `expect_connected`."""
        return not self._lost and bool(self.sio.connected)

    @property
    def patience(self) -> float:
        """Seconds a claim waits: longer where the machine is slow, as the handshake showed."""
        return min(5.0, max(ANSWER_SECONDS, 20 * self.handshake_seconds))

    def emit(self, event: str, *args: Any) -> None:
        """Send an event and ask for nothing.

        Raises:
            CheckFailed: the server has disconnected this client, or is gone.
        """
        self._send(event, args, None)

    def ask(self, event: str, *args: Any) -> Answer:
        """Send an event and wait for its acknowledgement; the answer says whether one came.

        Raises:
            CheckFailed: the server had disconnected this client before, or is gone.
        """
        arrived: list[tuple[Any, ...]] = []

        def acknowledged(*values: Any) -> None:
            with self._news:
                arrived.append(values)
                self._news.notify_all()

        asked_at = time.monotonic()
        self._send(event, args, acknowledged)
        if not self._wait_for(lambda: bool(arrived)):
            # Where even a bare round trip is slow, the machine is busy: the acknowledgement had this time as well.
            self.fence()
        return Answer(self, event, arrived[0] if arrived else None, asked_at)

    def answers(self, event: str, reply: Callable[..., Any]) -> None:
        """Acknowledge the server's question `event` with what `reply(*args)` returns."""
        self._answers[event] = reply

    def heard(self, event: str | None = None) -> list[Received]:
        """Return what this client has heard so far (of that event), oldest first."""
        with self._news:
            return [item for item in self._heard if event is None or item.event == event]

    def expect_event(self, event: str, *args: Any, hint: str = "", mistake: str | None = None) -> Received:
        """Claim that this client hears `event`, with exactly these arguments; `ANY` stands for any one.

        Raises:
            CheckFailed: it did not come, came to others only, or carried something else.
        """
        begun = time.monotonic()
        found = self._wait_for(lambda: next((item for item in self._of(event) if _same(item.args, args)), None))
        if isinstance(found, Received):
            return found
        raise self._event_missing(event, args, begun, hint, mistake)

    def expect_nothing(
        self, *, after: Received | Answer, event: str | None = None, hint: str = "", mistake: str | None = None
    ) -> None:
        """Claim that this client did not hear `event` (or anything).

        The claim needs evidence that the emit has happened: what a rightful recipient received, or the
        acknowledgement of the handler that emits. Behind it this client makes two round trips of its own, so what
        the server had queued for it has arrived when the claim is judged.

        Raises:
            CheckFailed: it did hear it.
            AuthorError: the evidence never came, so silence would prove nothing.
        """
        if isinstance(after, Answer) and not after.arrived:
            raise AuthorError("silence proves nothing after an answer that never came")
        self.fence()
        self.fence()
        heard = self.heard(event)
        if heard:
            raise CheckFailed(
                f"{self.name} heard something that was not meant for it.",
                expected=f"{self.name} hears " + (f"no “{event}”" if event else "nothing"),
                actual=f"{self.name} heard {heard[0]}",
                hint=hint or "Who shall receive it? emit(…) answers the sender, socketio.emit(…) reaches everybody.",
                mistake=mistake,
            )

    def expect_connected(self, *, hint: str = "", mistake: str | None = None) -> None:
        """Claim that the server still keeps this client, after a round trip that a disconnect would precede.

        Raises:
            CheckFailed: it was disconnected.
        """
        self.fence()
        if not self.connected:
            raise self._was_disconnected(hint, mistake)

    def fence(self) -> bool:
        """Make a round trip that every Socket.IO server answers; everything queued before has then arrived."""
        if not self.connected:
            return False
        return self.sio.fence(max(FENCE_SECONDS, self.patience))

    def close(self) -> None:
        """Leave politely; may be called twice."""
        self.sio.close()

    def nothing_came(self, event: str, since: float) -> CheckFailed | None:
        """Return the failure that explains why nothing came since that moment; None when nothing explains it."""
        stopped = self._server.stopped()
        if stopped:
            return stopped
        raised = self._server.reports.exceptions_since(since)
        if raised:
            fitting = [exception for exception in raised if exception.handler == event]
            exception = (fitting or raised)[-1]
            return CheckFailed(
                exception.sentence(),
                actual=f"{exception.type}: {exception.message}"[:300],
                hint="Start at the line that raised: the server log shows the whole traceback.",
                line=exception.line,
            )
        return None if self.connected else self._was_disconnected("", None)

    def _send(self, event: str, args: tuple[Any, ...], callback: Callable[..., None] | None) -> None:
        try:
            self.sio.emit(event, args, namespace=self._namespace, callback=callback)
        except socketio.exceptions.SocketIOError as error:
            raise self._server.stopped() or self._was_disconnected("", None) from error

    def _was_disconnected(self, hint: str, mistake: str | None) -> CheckFailed:
        return CheckFailed(
            f"Your server disconnected {self.name}.",
            expected=f"{self.name} stays connected",
            actual=f"{self.name} was disconnected",
            hint=hint or "Look for a call of disconnect().",
            mistake=mistake,
        )

    def _event_missing(
        self, event: str, args: tuple[Any, ...], since: float, hint: str, mistake: str | None
    ) -> CheckFailed:
        expected = f"{self.name} hears {show_event(event, args)}"
        mine = self.heard(event)
        if mine:
            return CheckFailed(
                f"{self.name} heard “{event}”, but not with the expected payload.",
                expected=expected,
                actual=f"{self.name} heard {mine[-1]}",
                hint=hint,
                mistake=mistake,
            )
        elsewhere = [other for other in self._server.others(than=self) if other.heard(event)]
        if elsewhere:
            names = " and ".join(other.name for other in elsewhere)
            return CheckFailed(
                f"“{event}” did not reach {self.name}.",
                expected=expected,
                actual=f"only {names} heard it",
                hint=hint or "Who shall receive it? emit(…) answers the sender, socketio.emit(…) reaches everybody.",
                mistake=mistake,
            )
        failure = self.nothing_came(event, since) or CheckFailed(
            f"{self.name} never heard “{event}”: it waited {self.patience:.0f} s.",
            actual="; ".join(f"{self.name} heard {item}" for item in self.heard()[:3]) or "nothing came",
        )
        failure.expected = expected
        failure.hint = hint or failure.hint
        failure.mistake = mistake
        return failure

    def _of(self, event: str) -> list[Received]:
        return [item for item in self._heard if item.event == event]

    def _wait_for(self, condition: Callable[[], Any]) -> Any:
        with self._news:
            return self._news.wait_for(lambda: condition() or self._lost, self.patience) and condition()

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


def _same(actual: tuple[Any, ...], expected: tuple[Any, ...]) -> bool:
    """Return whether two payloads are equal on the wire: True is not 1 there."""
    if len(actual) != len(expected):
        return False
    return all(
        want is ANY or (got == want and isinstance(got, bool) == isinstance(want, bool))
        for got, want in zip(actual, expected, strict=True)
    )
