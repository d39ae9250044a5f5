"""A named client in a check: it connects, emits, asks, and goes away."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import socketio

from course.grading.clients.asking import Door
from course.grading.clients.checked_server import CheckedServer
from course.grading.clients.claims import Claims
from course.grading.clients.evidence import Answer
from course.grading.clients.latency import Latency
from course.grading.clients.recording_client import NO_ACKNOWLEDGEMENT
from course.grading.clients.refusal import Refusal, refusal
from course.wire import Transport


class Client(Claims):
    """A real Socket.IO client with a name. Made by `Server.client`."""

    def __init__(self, name: str, namespace: str, door: Door, server: CheckedServer, origin: str | None = None) -> None:
        super().__init__(name, door, server, origin)
        self.sid = ""
        """The server's name for this connection in its namespace; it is kept when the connection has ended."""
        self.refusal: Refusal | None = None
        self._namespace = namespace

    def open(self, auth: Any, transports: Sequence[Transport], seconds: float) -> None:
        """Connect, or be refused: then `refusal` says how. Called once, by `Server`."""
        begun = time.monotonic()
        try:
            self.sio.open(namespace=self._namespace, transports=transports, auth=auth, seconds=seconds)
        except (socketio.exceptions.SocketIOError, OSError, ValueError):
            self.refusal = refusal(
                self.name, http=self.sio.http_refusal, connect_error=self.sio.connect_error, heard=self.heard()
            )
            self.sio.close()
        else:
            self.sid = self.sio.accepted_as
        self.took(time.monotonic() - begun)

    def emit(self, event: str, *args: Any) -> None:
        """Send an event without asking for an acknowledgement.

        Raises:
            CheckFailed: the server has disconnected this client, or is gone.
        """
        self._send(event, args, None)

    def ask(self, event: str, *args: Any, within: float = 0) -> Answer:
        """Send an event and wait for its acknowledgement; the answer says whether one came.

        `within` is for what takes its time: so many seconds are waited at least.

        Raises:
            CheckFailed: the server had disconnected this client before, or is gone.
        """
        return self.ask_together((event, *args), within=within)[0]

    def ask_together(self, *questions: tuple[Any, ...], within: float = 0) -> tuple[Answer, ...]:
        """Send several events, each as ``(event, *args)``, and wait for all acknowledgements at once.

        Raises:
            CheckFailed: the server had disconnected this client before, or is gone.
        """
        answers = [self.ask_later(event, *args) for event, *args in questions]
        self.wait_patiently(lambda: all(answer.arrived for answer in answers), within)
        for answer in answers:
            answer.give_up()
        return tuple(answers)

    def answers(self, event: str, reply: Callable[..., Any]) -> None:
        """Acknowledge the server's question `event` with what `reply(*args)` returns; a tuple is several values.

        A question without an answer of its own is acknowledged with nothing.
        """
        self._answers[event] = reply

    def ignores(self, event: str) -> None:
        """Hear the server's question `event` but never acknowledge it."""
        self._answers[event] = lambda *_args: NO_ACKNOWLEDGEMENT

    def ask_later(self, event: str, *args: Any) -> Answer:
        """Send an event without waiting; its acknowledgement is in the answer once it has come.

        Raises:
            CheckFailed: the server has disconnected this client, or is gone.
        """
        answer = Answer(self, event)
        self._send(event, args, self._acknowledging(answer))
        return answer

    def wait_answered(self, answer: Answer, seconds: float) -> bool:
        """Wait for the acknowledgement, and return whether it has come."""
        return bool(self.wait_for(lambda: answer.arrived, seconds))

    def measuring(self, event: str, *, every: float = 0.02) -> Latency:
        """Return a ``with`` block in which this client asks `event` again and again, on a thread of its own.

        Args:
            event: its handler must answer at once.
            every: seconds between an answer and the next question.
        """
        return Latency(self, event, every)

    def close(self) -> None:
        """Leave politely; may be called twice."""
        self._left = self._left or "has left"
        self.sio.close()

    def vanish(self) -> None:
        """Leave without a goodbye, like a killed program or a lost network; what was emitted before is sent first."""
        self._left = self._left or "has vanished"
        self.sio.vanish()

    def freeze(self) -> None:
        """From now on answer nothing, not even a ping, and read nothing; the connection stays open."""
        self._left = self._left or "is frozen"
        self.sio.freeze()

    def _send(self, event: str, args: tuple[Any, ...], callback: Callable[..., None] | None) -> None:
        if self._left or not self.connected:  # the library still accepts events until its own clean-up is done
            raise self._server.stopped() or self._was_disconnected("", None)
        try:
            self.sio.emit(event, args, namespace=self._namespace, callback=callback)
        except socketio.exceptions.SocketIOError as error:
            raise self._server.stopped() or self._was_disconnected("", None) from error

    def _acknowledging(self, answer: Answer) -> Callable[..., None]:
        def acknowledged(*values: Any) -> None:
            with self._news:
                answer.acknowledge(*values)
                self._news.notify_all()

        return acknowledged
