"""Recording transports over one unix socket: a WebSocket and an HTTP adapter.

The server at the other end is a learner's: it may flood, stall, redirect or speak nonsense. So nothing here follows
a redirect, reads more than `MAX_RECEIVED_BYTES`, or opens anything but the one unix socket.

Four privates are touched: websocket-client's `WebSocket._recv`, to count and to freeze; urllib3's `_new_conn`, where a
connection is made, and `_put_conn`, where it is kept for the next request; and requests' `Response._content`, so that a
body which was read here can be read again.
"""

from __future__ import annotations

import socket
import threading
import weakref
from collections.abc import Callable
from typing import Any

import requests
import requests.adapters
import urllib3
import websocket
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from course.grading.clients.asking import Door, knock
from course.grading.clients.recording import Recording

MAX_RECEIVED_BYTES = 8 * 1024 * 1024
REQUEST_SECONDS = 4.0
"""How long one HTTP request or the WebSocket handshake may take."""

Refused = Callable[[int, str], None]

_SEPARATOR = "\x1e"
"""Between the packets of one polling body."""


class RecordingWebSocket(websocket.WebSocket):
    """A WebSocket over the sandbox's unix socket; a fresh connection for every `connect`.

    `on_refused` hears status and body when the handshake is answered with something other than a WebSocket.
    """

    def __init__(
        self,
        *,
        client: str,
        door: Door,
        recording: Recording,
        on_refused: Refused = lambda status, text: None,
        **options: Any,
    ) -> None:
        # The library checks UTF-8 byte by byte, in Python: 0.1 s for 200 KB. `recv` decodes, and notices as well.
        super().__init__(**{**options, "skip_utf8_validation": True})
        self._on_refused = on_refused
        self._client = client
        self._door = door
        self._recording = recording
        self._bytes_left = MAX_RECEIVED_BYTES
        self._frozen = False

    def connect(self, url: str, **options: Any) -> None:
        """Do the handshake over a fresh unix socket, whatever host the address names."""
        options["socket"] = knock(self._door, REQUEST_SECONDS)
        options["redirect_limit"] = 0  # a redirect would be followed to any address the learner names
        try:
            super().connect(url, **options)  # type: ignore[no-untyped-call]
        except websocket.WebSocketBadStatusException as refusal:
            self._on_refused(refusal.status_code, (refusal.resp_body or b"").decode("utf-8", "replace"))
            raise

    def send(self, payload: Any, opcode: int = websocket.ABNF.OPCODE_TEXT) -> int:
        """Send one message, which is recorded first; a frozen client sends none."""
        if self._frozen:
            return 0
        if opcode in (websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY):
            self._recording.add(self._client, "sent", payload, "websocket")
        return int(super().send(payload, opcode))

    def recv(self) -> str | bytes:
        """Return the next message, recorded; a message that is not UTF-8 ends the connection."""
        try:
            frame: str | bytes = super().recv()
        except UnicodeDecodeError as error:
            raise websocket.WebSocketPayloadException("cannot decode") from error
        if frame:
            self._recording.add(self._client, "received", frame, "websocket")
        return frame

    def close(self, *_args: Any, **_options: Any) -> None:
        """Send the Close frame without waiting for the answer: the reading thread owns the other direction."""
        if self.connected:
            try:
                self.send_close()
            except (OSError, websocket.WebSocketException):
                pass  # the server was faster
            self.cut()
        self.shutdown()  # type: ignore[no-untyped-call]

    def cut(self) -> None:
        """End the connection without a Close frame; a thread that reads from it sees the end."""
        self.connected = False
        if self.sock:
            _shut_down(self.sock)

    def freeze(self) -> None:
        """Keep the connection open, but send nothing more and drop what comes, like a program that was stopped."""
        self._frozen = True

    def _recv(self, bufsize: int) -> bytes:
        while True:
            try:
                piece: bytes = super()._recv(bufsize)  # type: ignore[no-untyped-call]
            except websocket.WebSocketTimeoutException:
                if not self._frozen:
                    raise
            else:
                self._count(piece)
                if not self._frozen:
                    return piece

    def _count(self, piece: bytes) -> None:
        self._bytes_left -= len(piece)
        if self._bytes_left < 0:
            self._recording.flooded.add(self._client)
            raise websocket.WebSocketConnectionClosedException("the server sent more than a check reads")


def _shut_down(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended already


class _UnixConnection(HTTPConnection):
    def __init__(self, pool: _UnixPool, **options: Any) -> None:
        super().__init__("sandbox", **options)
        self._pool = pool

    def _new_conn(self) -> socket.socket:
        return self._pool.connect()


class _UnixPool(HTTPConnectionPool):
    def __init__(self, door: Door) -> None:
        super().__init__("sandbox")
        self._door = door
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._cut = False

    def connect(self) -> socket.socket:
        """Return a connected socket, unless the connections were cut."""
        with self._lock:
            if self._cut:
                raise ConnectionError("this client has vanished")
            connection = knock(self._door, REQUEST_SECONDS)
            self._open.add(connection)
            return connection

    def cut(self) -> None:
        """End every connection, even in the middle of a request, and open no more."""
        with self._lock:
            self._cut = True
            for connection in self._open:
                _shut_down(connection)

    def _new_conn(self) -> _UnixConnection:
        return _UnixConnection(self, timeout=self.timeout.connect_timeout)

    def _put_conn(self, conn: Any) -> None:
        """Close what is given back: each request has a connection of its own, though not every server says so."""
        if conn is not None:
            conn.close()
        super()._put_conn(None)


class RecordingAdapter(requests.adapters.HTTPAdapter):
    """Sends HTTP requests over the unix socket, whatever host the address names, and records polled packets.

    `on_refused` hears status and body when a poll is answered with something other than packets.
    """

    def __init__(
        self, client: str, door: Door, recording: Recording, on_refused: Refused = lambda status, text: None
    ) -> None:
        super().__init__(max_retries=0)
        self._on_refused = on_refused
        self._frozen = False
        self._thawed = threading.Event()
        self._thawed.set()
        self._client = client
        self._recording = recording
        self._bytes_left = MAX_RECEIVED_BYTES
        self._pool = _UnixPool(door)

    def get_connection_with_tls_context(self, *_args: Any, **_options: Any) -> HTTPConnectionPool:
        """Return the pool of the one unix socket."""
        return self._pool

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send one request; the packets in its body, and in a poll's answer, are recorded."""
        self._wait_thawed()
        polls = "transport=polling" in (request.url or "")
        if polls and request.method == "POST" and isinstance(request.body, str | bytes):
            self._keep("sent", request.body)
        response = super().send(request, *args, **{**options, "stream": True})
        body = self._read(response)
        self._wait_thawed()
        if polls and request.method == "GET" and response.ok:
            self._keep("received", body)
        elif polls and request.method == "GET":
            self._on_refused(response.status_code, body.decode("utf-8", "replace"))
        return response

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
        super().close()

    def cut(self) -> None:
        """End every connection at once, even during a request; threads that are held back find them gone."""
        self._pool.cut()
        self._thawed.set()

    def freeze(self) -> None:
        """Hold back every request from now on, and every answer that comes, until the end."""
        self._frozen = True
        self._thawed.clear()

    def _wait_thawed(self) -> None:
        self._thawed.wait()
        if self._frozen:
            raise requests.ConnectionError("this client was frozen")

    def _keep(self, direction: Any, body: str | bytes) -> None:
        text = body if isinstance(body, str) else body.decode("utf-8", "replace")
        for packet in filter(None, text.split(_SEPARATOR)):
            self._recording.add(self._client, direction, packet, "polling")

    def _read(self, response: requests.Response) -> bytes:
        try:
            body: bytes = response.raw.read(self._bytes_left + 1, decode_content=True)
        except urllib3.exceptions.HTTPError as error:
            raise requests.ConnectionError(str(error)) from error
        self._bytes_left -= len(body)
        if self._bytes_left < 0:
            self._recording.flooded.add(self._client)
            raise requests.ConnectionError("the server sent more than a check reads")
        response._content = body
        return body
