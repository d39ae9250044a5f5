"""A python-socketio client over a unix socket that records every literal frame.

The server at the other end is a learner's: it may flood, stall, redirect or speak nonsense. So the client follows
no redirect, reads at most `MAX_RECEIVED_BYTES` on a connection, and never opens anything but the one unix socket.
"""

from __future__ import annotations

import functools
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import engineio
import requests
import requests.adapters
import socketio
import urllib3
import websocket
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from course.grading.recording import FENCE, Recording, Transport

MAX_RECEIVED_BYTES = 8 * 1024 * 1024
REQUEST_SECONDS = 4.0
"""How long one HTTP request or the WebSocket handshake may take."""

_SEPARATOR = "\x1e"
_quiet = logging.getLogger("course.grading.silence")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False
_quiet.setLevel(logging.CRITICAL)


def connect_unix(path: Path, timeout: float | None = REQUEST_SECONDS) -> socket.socket:
    """Return a connected stream socket.

    Raises:
        OSError: nobody listens there.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


class RecordingWebSocket(websocket.WebSocket):
    """A WebSocket over the sandbox's unix socket; a fresh connection for every `connect`."""

    def __init__(self, *, client: str, path: Path, recording: Recording, **options: Any) -> None:
        super().__init__(**options)
        self._client = client
        self._path = path
        self._recording = recording
        self._bytes_left = MAX_RECEIVED_BYTES

    def connect(self, url: str, **options: Any) -> None:
        """Shake hands over a fresh unix socket, whatever host the address names."""
        options["socket"] = connect_unix(self._path)
        options["redirect_limit"] = 0  # a redirect would be followed to any address the learner names
        super().connect(url, **options)  # type: ignore[no-untyped-call]

    def send(self, payload: Any, opcode: int = websocket.ABNF.OPCODE_TEXT) -> int:
        """Send one message, recorded before it goes."""
        if opcode in (websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY):
            self._recording.add(self._client, "sent", payload, "websocket")
        return int(super().send(payload, opcode))

    def recv(self) -> str | bytes:
        """Return the next message, recorded."""
        frame: str | bytes = super().recv()
        if frame:
            self._recording.add(self._client, "received", frame, "websocket")
        return frame

    def close(self, *_args: Any, **_options: Any) -> None:
        """Say goodbye without waiting for the answer: the reading thread owns the other direction."""
        if self.connected:
            try:
                self.send_close()
            except (OSError, websocket.WebSocketException):
                pass  # the server was quicker
            self.connected = False
            if self.sock:
                try:
                    self.sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.shutdown()  # type: ignore[no-untyped-call]

    def _recv(self, bufsize: int) -> bytes:
        piece: bytes = super()._recv(bufsize)  # type: ignore[no-untyped-call]
        self._bytes_left -= len(piece)
        if self._bytes_left < 0:
            raise websocket.WebSocketConnectionClosedException("the server sent more than a check reads")
        return piece


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path, **options: Any) -> None:
        super().__init__("sandbox", **options)
        self._path = path

    def _new_conn(self) -> socket.socket:
        return connect_unix(self._path)


class _UnixPool(HTTPConnectionPool):
    def __init__(self, path: Path) -> None:
        super().__init__("sandbox")
        self._path = path

    def _new_conn(self) -> _UnixConnection:
        return _UnixConnection(self._path, timeout=self.timeout.connect_timeout)


class RecordingAdapter(requests.adapters.HTTPAdapter):
    """Sends HTTP requests over the unix socket, whatever host the address names, and records polled packets."""

    def __init__(self, client: str, path: Path, recording: Recording) -> None:
        super().__init__(max_retries=0)
        self._client = client
        self._recording = recording
        self._pool = _UnixPool(path)

    def get_connection_with_tls_context(self, *_args: Any, **_options: Any) -> HTTPConnectionPool:
        """Return the pool of the one unix socket."""
        return self._pool

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send one request; the packets in its body, and in a poll's answer, are recorded."""
        polls = "transport=polling" in (request.url or "")
        if polls and request.method == "POST" and isinstance(request.body, str | bytes):
            self._keep("sent", request.body)
        response = super().send(request, *args, **{**options, "stream": True})
        body = self._read(response)
        if polls and request.method == "GET" and response.ok:
            self._keep("received", body)
        return response

    def close(self) -> None:
        """Give every connection back."""
        self._pool.close()
        super().close()

    def _keep(self, direction: Any, body: str | bytes) -> None:
        text = body if isinstance(body, str) else body.decode("utf-8", "replace")
        for packet in filter(None, text.split(_SEPARATOR)):
            self._recording.add(self._client, direction, packet, "polling")

    @staticmethod
    def _read(response: requests.Response) -> bytes:
        try:
            body: bytes = response.raw.read(MAX_RECEIVED_BYTES + 1, decode_content=True)
        except urllib3.exceptions.HTTPError as error:
            raise requests.ConnectionError(str(error)) from error
        if len(body) > MAX_RECEIVED_BYTES:
            raise requests.ConnectionError("the server sent more than a check reads")
        response._content = body
        return body


class _OrderedEngine(engineio.Client):  # type: ignore[misc]
    """The library handles each message on a thread of its own, so an acknowledgement may overtake the event sent
    before it. Checks need the order of the wire: here the reading thread handles messages itself."""

    def _trigger_event(self, event: str, *args: Any, **options: Any) -> Any:
        return super()._trigger_event(event, *args, **{**options, "run_async": False})


class RecordingClient(socketio.Client):  # type: ignore[misc]
    """A Socket.IO client whose every event reaches `on_event` in the order of the wire.

    Args:
        name: the client's name in the trace.
        path: the sandbox's unix socket.
        recording: gets every literal frame.
        on_event: called as ``on_event(namespace, event, args)``; what it returns acknowledges a server's question.
        on_lost: called once with the namespace when the server ended the connection.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        recording: Recording,
        *,
        on_event: Callable[[str, str, tuple[Any, ...]], Any],
        on_lost: Callable[[str], None] = lambda namespace: None,
    ) -> None:
        session = requests.Session()
        session.trust_env = False
        adapter = RecordingAdapter(name, path, recording)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        super().__init__(
            reconnection=False,
            handle_sigint=False,
            logger=_quiet,
            engineio_logger=_quiet,
            request_timeout=REQUEST_SECONDS,
            http_session=session,
            websocket_extra_options={
                "class_": functools.partial(RecordingWebSocket, client=name, path=path, recording=recording)
            },
        )
        self._session = session
        self._on_event = on_event
        self._on_lost = on_lost
        self._fences: dict[str, threading.Event] = {}
        self.refusal: Any = None
        """What the server's CONNECT_ERROR carried, when it refused the connection."""

    def open(self, *, namespace: str, transports: Sequence[Transport], auth: Any, seconds: float) -> None:
        """Connect and wait until the namespace has accepted.

        Raises:
            socketio.exceptions.ConnectionError: refused (see `refusal`), or nothing usable answered in time.
        """
        self.connect(
            "http://sandbox",
            transports=list(transports),
            namespaces=[namespace],
            auth=auth,
            wait_timeout=seconds,
        )

    def close(self) -> None:
        """Leave politely and give every thread and socket back; may be called twice."""
        if self.eio.state == "connected":
            for namespace in self.namespaces:
                self._send_packet(self.packet_class(socketio.packet.DISCONNECT, namespace=namespace))
            self._drain(0.5)
            self.eio.disconnect()
        if self.eio.ws:
            self.eio.ws.close()
        self._session.close()

    def fence(self, seconds: float) -> bool:
        """Make a round trip on this very connection, behind everything the server has queued for it so far.

        Any Socket.IO server answers a request for a namespace it does not know, so this works with every
        learner's program and calls none of its handlers. Returns False when no answer came in time.
        """
        namespace = f"{FENCE}{len(self._fences)}"
        answered = self._fences[namespace] = threading.Event()
        self.eio.send(f"0{namespace},")
        return answered.wait(seconds)

    def _handle_connect(self, namespace: str | None, data: Any) -> None:
        if not self._passed_fence(namespace):
            super()._handle_connect(namespace, data)

    def _handle_error(self, namespace: str | None, data: Any) -> None:
        if not self._passed_fence(namespace):
            self.refusal = data
            super()._handle_error(namespace, data)

    def _handle_event(self, namespace: str | None, id: int | None, data: Any) -> None:
        if not isinstance(data, list) or not data or not isinstance(data[0], str):
            return  # not a Socket.IO event; the frame stays in the recording
        answer = self._on_event(namespace or "/", data[0], tuple(data[1:]))
        if id is not None:
            values = [] if answer is None else list(answer) if isinstance(answer, tuple) else [answer]
            self._send_packet(self.packet_class(socketio.packet.ACK, namespace=namespace or "/", id=id, data=values))

    def _handle_disconnect(self, namespace: str | None) -> None:
        self._on_lost(namespace or "/")
        # The library joins the reading thread here, which is this one: let another thread do it.
        self.start_background_task(super()._handle_disconnect, namespace)

    def _handle_eio_disconnect(self, reason: str) -> None:
        if reason != self.reason.CLIENT_DISCONNECT:
            for namespace in list(self.namespaces):
                self._on_lost(namespace)
        super()._handle_eio_disconnect(reason)

    def _engineio_client_class(self) -> type[_OrderedEngine]:
        return _OrderedEngine

    def _drain(self, seconds: float) -> None:
        """Wait until the writing thread has sent everything: a disconnect would overtake it."""
        queue = self.eio.queue
        with queue.all_tasks_done:
            queue.all_tasks_done.wait_for(lambda: not queue.unfinished_tasks, seconds)

    def _passed_fence(self, namespace: str | None) -> bool:
        fence = self._fences.get(namespace or "/")
        if fence is None:
            return False
        fence.set()
        return True
