"""A named client in a check: it emits, asks, and makes claims about what it heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import socketio

from course.grading.evidence import Answer, Received, same_payload
from course.grading.failures import AuthorError, CheckFailed, show_event
from course.grading.http_answer import HttpAnswer
from course.grading.recording import Transport
from course.grading.recording_client import RecordingClient
from course.grading.refusal import Refusal, refusal
from course.grading.wire import MAX_RECEIVED_BYTES

if TYPE_CHECKING:
    from course.grading.server import Server

ANSWER_SECONDS = 1.0
"""How long a claim waits. Only a failure ever waits this long."""
FENCE_SECONDS = 2.0
MAX_INBOX = 2000
"""Events a client keeps; a flooding server can't fill the memory."""


class Client:
    """A real Socket.IO client with a name. Made by `Server.client`."""

    def __init__(self, name: str, namespace: str, path: Path, server: Server, origin: str | None = None) -> None:
        self.name = name
        self.handshake_seconds = 0.0
        self.refusal: Refusal | None = None
        self._namespace = namespace
        self._server = server
        self._heard: list[Received] = []
        self._answers: dict[str, Callable[..., Any]] = {}
        self._news = threading.Condition()
        self._lost = False
        self.sio = RecordingClient(
            name,
            path,
            server.recording,
            on_event=self._on_event,
            on_lost=lambda _namespace: self._on_lost(),
            origin=origin,
        )

    def open(self, auth: Any, transports: Sequence[Transport], seconds: float) -> None:
        """Connect, or be turned away: then `refusal` says how. Called by the server, once."""
        begun = time.monotonic()
        try:
            self.sio.open(namespace=self._namespace, transports=transports, auth=auth, seconds=seconds)
        except (socketio.exceptions.SocketIOError, OSError, ValueError):
            self.refusal = refusal(
                self.name, http=self.sio.http_refusal, connect_error=self.sio.connect_error, heard=self.heard()
            )
            self.sio.close()
        self.handshake_seconds = time.monotonic() - begun

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
        return self.ask_together((event, *args))[0]

    def ask_together(self, *questions: tuple[Any, ...]) -> tuple[Answer, ...]:
        """Send several events, each as ``(event, *args)``, and wait for all acknowledgements at once.

        Raises:
            CheckFailed: the server had disconnected this client before, or is gone.
        """
        answers = []
        for event, *args in questions:
            answer = Answer(self, event)
            answers.append(answer)
            self._send(event, tuple(args), self._acknowledging(answer))
        if not self.wait_for(lambda: all(answer.arrived for answer in answers), self.patience):
            # Where even a bare round trip is slow, the machine is busy: the acknowledgements had this time as well.
            self.fence()
        for answer in answers:
            answer.give_up()
        return tuple(answers)

    def answers(self, event: str, reply: Callable[..., Any]) -> None:
        """Acknowledge the server's question `event` with what `reply(*args)` returns."""
        self._answers[event] = reply

    def heard(self, event: str | None = None) -> list[Received]:
        """Return what this client has heard so far (of that event), oldest first."""
        with self._news:
            return [item for item in self._heard if event is None or item.event == event]

    def forget(self) -> None:
        """Empty the inbox, so that later claims are about later events."""
        with self._news:
            self._heard.clear()

    def expect_event(self, event: str, *args: Any, hint: str = "", mistake: str | None = None) -> Received:
        """Claim that this client hears `event`, with exactly these arguments; `ANY` stands for any one.

        Raises:
            CheckFailed: it did not come, came to others only, or carried something else.
        """
        begun = time.monotonic()
        found = self.wait_for(
            lambda: next((item for item in self._of(event) if same_payload(item.args, args)), None), self.patience
        )
        if isinstance(found, Received):
            return found
        raise self._event_missing(event, args, begun, hint, mistake)

    def expect_nothing(
        self,
        *,
        after: Received | Answer | HttpAnswer,
        event: str | None = None,
        hint: str = "",
        mistake: str | None = None,
    ) -> None:
        """Claim that this client did not hear `event` (or anything).

        The claim needs evidence that the emit has happened: what a rightful recipient received, the acknowledgement
        of the handler that emits, or the answer of the route that does. Behind it this client makes two round trips
        of its own, so what the server had queued for it has arrived when the claim is judged.

        Raises:
            CheckFailed: it did hear it, or the route that is the evidence failed.
            AuthorError: the evidence never came, so silence would prove nothing.
        """
        if isinstance(after, Answer) and not after.arrived:
            raise AuthorError("silence proves nothing after an answer that never came")
        if isinstance(after, HttpAnswer):
            after.expect_ok()
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

    def wait_for(self, condition: Callable[[], Any], seconds: float) -> Any:
        """Wait until something heard makes the condition true; return what it gives, falsy when it never was.

        A client that the server has left waits no longer.
        """
        with self._news:
            self._news.wait_for(lambda: condition() or self._lost, seconds)
            return condition()

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
            exception = (fitting or raised)[0]
            return CheckFailed(
                exception.sentence(),
                actual=exception.shown(),
                hint="Start at the line that raised: the server log shows the whole traceback.",
                line=exception.line,
            )
        return None if self.connected else self._was_disconnected("", None)

    def _send(self, event: str, args: tuple[Any, ...], callback: Callable[..., None] | None) -> None:
        if not self.connected:  # the library goes on taking events until its own clean-up is done
            raise self._server.stopped() or self._was_disconnected("", None)
        try:
            self.sio.emit(event, args, namespace=self._namespace, callback=callback)
        except socketio.exceptions.SocketIOError as error:
            raise self._server.stopped() or self._was_disconnected("", None) from error

    def _was_disconnected(self, hint: str, mistake: str | None) -> CheckFailed:
        if self.name in self._server.recording.flooded:
            return CheckFailed(
                f"Your server sent far too much to {self.name}.",
                expected=f"{self.name} hears a few events",
                actual=f"more than {MAX_RECEIVED_BYTES // 1024**2} MB",
                hint="Is there an emit in a loop without an end?",
                settled=True,
            )
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
        return failure.about(expected, hint, mistake)

    def _of(self, event: str) -> list[Received]:
        return [item for item in self._heard if item.event == event]

    def _acknowledging(self, answer: Answer) -> Callable[..., None]:
        def acknowledged(*values: Any) -> None:
            with self._news:
                answer.acknowledge(*values)
                self._news.notify_all()

        return acknowledged

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
