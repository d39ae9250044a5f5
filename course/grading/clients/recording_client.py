"""A python-socketio client over a unix socket that records every literal frame."""

from __future__ import annotations

import functools
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import requests
import socketio

from course.grading.clients.asking import OURS, Door
from course.grading.clients.engineio_privates import DRAIN_SECONDS
from course.grading.clients.recording import Recording
from course.grading.clients.socketio_privates import HookedClient
from course.grading.clients.transports import REQUEST_SECONDS, RecordingAdapter, RecordingWebSocket
from course.wire import Transport

NO_ACKNOWLEDGEMENT = object()
"""Returned by `on_event` to leave a question of the server unanswered."""

_quiet = logging.getLogger("course.grading.silence")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False
_quiet.setLevel(logging.CRITICAL)


class RecordingClient(HookedClient):
    """A Socket.IO client whose every event reaches `on_event` in the order of the wire.

    Args:
        name: the client's name in the trace.
        door: to the learner's server.
        recording: is given every literal frame.
        on_event: called as ``on_event(namespace, event, args)``; what it returns acknowledges a server's question,
            unless it is `NO_ACKNOWLEDGEMENT`.
        on_lost: called once with the namespace when the server ended the connection.
        origin: the page the client pretends to come from; by default one of the sandbox's own.
    """

    def __init__(
        self,
        name: str,
        door: Door,
        recording: Recording,
        *,
        on_event: Callable[[str, str, tuple[Any, ...]], Any],
        on_lost: Callable[[str], None] = lambda namespace: None,
        origin: str | None = None,
    ) -> None:
        session = requests.Session()
        session.trust_env = False
        adapter = RecordingAdapter(name, door, recording, self._on_http_refusal)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        if origin:
            session.headers["Origin"] = origin
        super().__init__(
            reconnection=False,
            handle_sigint=False,
            logger=_quiet,
            engineio_logger=_quiet,
            request_timeout=REQUEST_SECONDS,
            http_session=session,
            websocket_extra_options={
                "class_": functools.partial(
                    RecordingWebSocket, client=name, door=door, recording=recording, on_refused=self._on_http_refusal
                ),
                "origin": origin,
            },
        )
        self.eio.on_return = self._fence_is_back
        self._name, self._recording = name, recording
        self._session = session
        self._adapter = adapter
        self._frozen = False
        self._ended: set[str] = set()
        """The namespaces that the server has disconnected: what it still sends there reaches nobody."""
        self._on_event = on_event
        self._on_lost = on_lost
        self._fences: deque[threading.Event] = deque()
        """Those that are on their way, oldest first: their answers come in this order."""
        self._upgrade_answered = False
        self._decided = threading.Event()
        self.accepted_as = ""
        """The sid that the server gave; empty as long as it has not accepted."""
        self.http_refusal: tuple[int, str] | None = None
        """Status and body, when the handshake was answered with something other than a connection."""
        self.connect_error: tuple[Any] | None = None
        """Holds what the server's CONNECT_ERROR carried, when it refused the connection."""

    def open(self, *, namespace: str, transports: Sequence[Transport], auth: Any, seconds: float) -> None:
        """Connect and wait until the namespace has accepted.

        A server handles what one client sends in order. So a fence that comes back before an answer to the connection
        proves that no answer will come: the connect handler has raised, and there is no need to wait.

        Raises:
            socketio.exceptions.ConnectionError: refused (see `connect_error` and `http_refusal`), or nothing usable
                answered in time.
        """
        self.connect(
            OURS,
            transports=list(transports),
            namespaces=[namespace],
            auth=auth,
            wait=False,
        )
        self.ask_fence()
        self._decided.wait(seconds)
        if not self.accepted_as:
            raise socketio.exceptions.ConnectionError("not accepted")

    def close(self) -> None:
        """Leave politely and end every thread and socket; may be called twice."""
        if self._frozen:
            self._adapter.cut()
        if self.eio.state == "connected":
            for namespace in list(self.namespaces):
                self.send_packet(socketio.packet.DISCONNECT, namespace)
            reading = self.eio.read_loop_task
            self.eio.disconnect(abort=True)  # without abort it would wait for the answer to a poll
            self.eio.queue.put(None)  # the library empties the queue, sometimes before the writing thread saw the end
            if reading:
                reading.join(DRAIN_SECONDS)
        if self.eio.ws:
            self.eio.ws.close()
        self._session.close()

    def vanish(self) -> None:
        """Cut every connection without a goodbye, after everything that was sent before."""
        self.eio.drain()
        self._adapter.cut()
        if self.eio.ws:
            self.eio.ws.cut()

    def freeze(self) -> None:
        """Stay connected, but from now on send nothing, not even the answer to a ping."""
        self.eio.drain()
        self._frozen = True
        self._adapter.freeze()
        if self.eio.ws:
            self.eio.ws.freeze()

    def fence(self, seconds: float) -> bool:
        """Make a round trip on this very connection, after everything the server has queued for it so far.

        Engine.IO answers it by itself, so this works with every learner's program, calls none of its handlers, and
        shows none of them who asks. Returns False when no answer came in time.
        """
        return self.ask_fence().wait(seconds)

    def ask_fence(self) -> threading.Event:
        """Begin the round trip of `fence`, and return an event that is set at its end."""
        answered = threading.Event()
        self._fences.append(answered)
        self.eio.ask_return()
        return answered

    def _fence_is_back(self) -> None:
        if self._name in self._recording.upgraded and not self._upgrade_answered:
            self._upgrade_answered = True  # of the connection's own change to WebSockets, which comes first
        elif self._fences:
            self._fences.popleft().set()
            self._decided.set()

    def accepted(self, namespace: str) -> None:
        """Note the sid that the server gave."""
        self.accepted_as = self.get_sid(namespace) or ""
        self._decided.set()

    def refused(self, data: Any) -> None:
        """Keep what the refusal carried."""
        self.connect_error = (data,)
        self._decided.set()

    def received(self, namespace: str, number: int | None, data: Any) -> None:
        """Hand an event on, and acknowledge a question with what comes back."""
        if namespace in self._ended or not isinstance(data, list) or not data or not isinstance(data[0], str):
            return  # a client would not pass this on; the frame stays in the recording
        answer = self._on_event(namespace, data[0], tuple(data[1:]))
        if number is not None and answer is not NO_ACKNOWLEDGEMENT:
            values = [] if answer is None else list(answer) if isinstance(answer, tuple) else [answer]
            self.send_packet(socketio.packet.ACK, namespace, number, values)

    def has_ended(self, namespace: str) -> bool:
        """Return whether the server has left: a handler that disconnects acknowledges after its own goodbye."""
        return namespace in self._ended

    def disconnected(self, namespace: str) -> None:
        """Receive nothing more from this namespace."""
        self._ended.add(namespace)
        self._on_lost(namespace)

    def connection_lost(self, reason: str) -> None:
        """Report that every namespace is lost, unless it was this client that left."""
        self._decided.set()
        if reason != self.reason.CLIENT_DISCONNECT:
            for namespace in list(self.namespaces):
                self._on_lost(namespace)

    def _on_http_refusal(self, status: int, text: str) -> None:
        if not self._decided.is_set():  # later than that, it is the answer to a poll after the goodbye
            self.http_refusal = status, text
