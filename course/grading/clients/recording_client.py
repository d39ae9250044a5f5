"""A python-socketio client over a unix socket that records every literal frame."""

from __future__ import annotations

import functools
import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import engineio
import requests
import socketio

from course.grading.clients.recording import Recording
from course.grading.clients.transports import REQUEST_SECONDS, RecordingAdapter, RecordingWebSocket
from course.wire import FENCE, Transport

DRAIN_SECONDS = 0.5
"""How long a goodbye may take; a server that does not take it is left without."""

NO_ACKNOWLEDGEMENT = object()
"""What `on_event` returns to leave a question of the server's without its answer."""

_quiet = logging.getLogger("course.grading.silence")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False
_quiet.setLevel(logging.CRITICAL)


class _OrderedEngine(engineio.Client):  # type: ignore[misc]
    """The library handles each message on a thread of its own, so an acknowledgement may overtake the event sent
    before it. Checks need the order of the wire: here the reading thread handles messages itself."""

    def _trigger_event(self, event: str, *args: Any, **options: Any) -> Any:
        return super()._trigger_event(event, *args, **{**options, "run_async": False})

    def _send_packet(self, pkt: engineio.packet.Packet) -> None:
        super()._send_packet(pkt)
        if pkt.packet_type == engineio.packet.CLOSE:
            self.drain()  # else the disconnect that follows may overtake the goodbye

    def drain(self) -> None:
        """Wait, for a moment at most, until the writing thread has sent everything, or has ended."""
        deadline = time.monotonic() + DRAIN_SECONDS
        with self.queue.all_tasks_done:
            while self.queue.unfinished_tasks and self.write_loop_task and time.monotonic() < deadline:
                self.queue.all_tasks_done.wait(0.01)


class RecordingClient(socketio.Client):  # type: ignore[misc]
    """A Socket.IO client whose every event reaches `on_event` in the order of the wire.

    Args:
        name: the client's name in the trace.
        path: the sandbox's unix socket.
        recording: gets every literal frame.
        on_event: called as ``on_event(namespace, event, args)``; what it returns acknowledges a server's question,
            unless it is `NO_ACKNOWLEDGEMENT`.
        on_lost: called once with the namespace when the server ended the connection.
        origin: the page the client pretends to come from; by default one of the sandbox's own.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        recording: Recording,
        *,
        on_event: Callable[[str, str, tuple[Any, ...]], Any],
        on_lost: Callable[[str], None] = lambda namespace: None,
        origin: str | None = None,
    ) -> None:
        session = requests.Session()
        session.trust_env = False
        adapter = RecordingAdapter(name, path, recording, self._on_http_refusal)
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
                    RecordingWebSocket, client=name, path=path, recording=recording, on_refused=self._on_http_refusal
                ),
                "origin": origin,
            },
        )
        self._session = session
        self._adapter = adapter
        self._frozen = False
        self._ended: set[str] = set()
        """The namespaces that the server has disconnected: what it still sends there reaches nobody."""
        self._on_event = on_event
        self._on_lost = on_lost
        self._fences: dict[str, threading.Event] = {}
        self._fence_numbers = itertools.count()
        self._decided = threading.Event()
        self.accepted_as = ""
        """The sid that the server gave; empty as long as it has not accepted."""
        self.http_refusal: tuple[int, str] | None = None
        """Status and body, when the handshake was answered with something else than a connection."""
        self.connect_error: tuple[Any] | None = None
        """Holds what the server's CONNECT_ERROR carried, when it refused the connection."""

    def open(self, *, namespace: str, transports: Sequence[Transport], auth: Any, seconds: float) -> None:
        """Connect and wait until the namespace has accepted.

        A server handles what one client sends in turn. So a fence that comes back while neither yes nor no did
        proves that none will: the connect handler has raised, and nobody waits in vain.

        Raises:
            socketio.exceptions.ConnectionError: refused (see `connect_error` and `http_refusal`), or nothing usable
                answered in time.
        """
        self.connect(
            "http://sandbox",
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
        """Leave politely and give every thread and socket back; may be called twice."""
        if self._frozen:
            self._adapter.cut()
        if self.eio.state == "connected":
            for namespace in list(self.namespaces):
                self._send_packet(self.packet_class(socketio.packet.DISCONNECT, namespace=namespace))
            reading = self.eio.read_loop_task
            self.eio.disconnect(abort=True)  # without abort it would wait for the answer to a poll
            self.eio.queue.put(None)  # the library empties the queue, at times before the writing thread saw the end
            if reading:
                reading.join(DRAIN_SECONDS)
        if self.eio.ws:
            self.eio.ws.close()
        self._session.close()

    def vanish(self) -> None:
        """Cut every connection without a goodbye, behind what was sent before."""
        self.eio.drain()
        self._adapter.cut()
        if self.eio.ws:
            self.eio.ws.cut()

    def freeze(self) -> None:
        """Stay connected, and from now on send nothing, not even the answer to a ping."""
        self.eio.drain()
        self._frozen = True
        self._adapter.freeze()
        if self.eio.ws:
            self.eio.ws.freeze()

    def fence(self, seconds: float) -> bool:
        """Make a round trip on this very connection, behind everything the server has queued for it so far.

        Any Socket.IO server answers a request for a namespace it does not know, so this works with every
        learner's program and calls none of its handlers. Returns False when no answer came in time.
        """
        return self.ask_fence().wait(seconds)

    def ask_fence(self) -> threading.Event:
        """Begin the round trip of `fence`, and return what is set when it is over."""
        namespace = f"{FENCE}{next(self._fence_numbers)}"
        answered = self._fences[namespace] = threading.Event()
        self.eio.send(f"0{namespace},")
        return answered

    def _handle_connect(self, namespace: str | None, data: Any) -> None:
        if not self._passed_fence(namespace):
            super()._handle_connect(namespace, data)
            self.accepted_as = self.get_sid(namespace) or ""
            self._decided.set()

    def _handle_error(self, namespace: str | None, data: Any) -> None:
        if not self._passed_fence(namespace):
            self.connect_error = (data,)
            super()._handle_error(namespace, data)
            self._decided.set()

    def _handle_event(self, namespace: str | None, id: int | None, data: Any) -> None:
        if (namespace or "/") in self._ended or not isinstance(data, list) or not data or not isinstance(data[0], str):
            return  # nothing that a client would hand on; the frame stays in the recording
        answer = self._on_event(namespace or "/", data[0], tuple(data[1:]))
        if id is not None and answer is not NO_ACKNOWLEDGEMENT:
            values = [] if answer is None else list(answer) if isinstance(answer, tuple) else [answer]
            self._send_packet(self.packet_class(socketio.packet.ACK, namespace=namespace or "/", id=id, data=values))

    def _handle_ack(self, namespace: str | None, id: int | None, data: Any) -> None:
        if (namespace or "/") not in self._ended:  # a handler that disconnects acknowledges behind its own goodbye
            super()._handle_ack(namespace, id, data)

    def _handle_disconnect(self, namespace: str | None) -> None:
        self._ended.add(namespace or "/")
        self._on_lost(namespace or "/")
        # The library joins the reading thread here, which is this one: let another thread do it.
        self.start_background_task(super()._handle_disconnect, namespace)

    def _handle_eio_disconnect(self, reason: str) -> None:
        self._decided.set()
        if reason != self.reason.CLIENT_DISCONNECT:
            for namespace in list(self.namespaces):
                self._on_lost(namespace)
        super()._handle_eio_disconnect(reason)

    def _engineio_client_class(self) -> type[_OrderedEngine]:
        return _OrderedEngine

    def _passed_fence(self, namespace: str | None) -> bool:
        fence = self._fences.get(namespace or "/")
        if fence is None:
            return False
        fence.set()
        self._decided.set()
        return True

    def _on_http_refusal(self, status: int, text: str) -> None:
        if not self._decided.is_set():  # later, it is the answer to a poll that came behind a goodbye
            self.http_refusal = status, text
