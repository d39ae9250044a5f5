"""Passes a WebSocket between a client and a learner's server: the bytes as they are, the frames read meanwhile."""

from __future__ import annotations

import base64
import binascii
import hashlib
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from threading import Thread
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIEnvironment

from course.sandbox.frames import FrameReader, FrameRefused, close_frame
from course.sandbox.gateway_address import Address, Refused
from course.sandbox.gateway_backend import READ_BYTES, Backend, BackendResponse
from course.sandbox.gateway_http import begin_answer, is_event, mark_refusal
from course.sandbox.gateway_socket import client_socket, leave
from course.sandbox.headers import Headers, guards, request_headers
from course.sandbox.trace import Direction

if TYPE_CHECKING:
    from course.sandbox.gateway import RunningSandbox
    from course.sandbox.gateway_port import Port

ACCEPT_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
IDLE_SECONDS = 120.0
"""Engine.IO pings every 25 s; a tunnel without a byte for this long has nobody at its end."""
BYTES_PER_SECOND = 2 * 1024 * 1024
BURST_BYTES = 1024 * 1024


def is_upgrade(environ: WSGIEnvironment) -> bool:
    """Whether a request asks for a WebSocket."""
    return "websocket" in environ.get("HTTP_UPGRADE", "").lower()


def pass_websocket(
    environ: WSGIEnvironment, start_response: StartResponse, sandbox: RunningSandbox, port: Port, address: Address
) -> Iterable[bytes]:
    """Open the learner's side first; if it agrees, tie the two sockets together until either ends.

    Raises:
        Refused: the handshake is malformed, or the server is busy, silent or talks nonsense.
        StopIteration, ConnectionError: at the end, as the web server wants it (see `leave`).
    """
    key, sid = _checked_key(environ), address.parameters.get("sid")
    with ExitStack() as stack:
        if address.is_engineio:
            stack.enter_context(port.session(sid))
        stack.enter_context(port.connection())
        backend = stack.enter_context(Backend(sandbox.socket_path))
        headers = request_headers(environ, address, port.jar(address.client).header(address.path))
        backend.send("GET", address.target, headers + _upgrade_headers(environ, key))
        response = backend.response()
        if response.status != 101:
            body = b"".join(_limited(backend.body(), sandbox.limits.message_bytes))
            mark_refusal(sandbox, address, response.status, body)
            begin_answer(start_response, response, port, address)
            return [body]
        client = client_socket(environ)
        head = _agreement(response, key, environ, address)
        for cookie in response.all("set-cookie"):
            port.jar(address.client).store(cookie, address.path)
        Tunnel(client, backend.socket, sandbox, address.client).run(head, backend.leftover())
        if sid:
            port.closed(sid)
    return leave(environ)


class Tunnel:
    """Two sockets tied together, for as long as both live.

    A frame that breaks the protocol or the limit is not passed on: the tunnel ends, with a Close frame that says why.
    """

    def __init__(self, client: socket.socket, backend: socket.socket, sandbox: RunningSandbox, tag: str) -> None:
        self._client, self._backend = client, backend
        self._sandbox, self._tag = sandbox, tag
        most = sandbox.limits.message_bytes
        self._from_client = FrameReader(limit=most, masked=True)
        self._from_backend = FrameReader(limit=most, masked=False)
        self._last_byte = time.monotonic()
        self._close_code: int | None = None
        self._between_frames = True
        self._ending = ""

    def run(self, head: bytes, leftover: bytes) -> None:
        """Answer the client with `head`, pass on the frames that came behind the server's, then everything else."""
        for end in (self._client, self._backend):
            end.settimeout(IDLE_SECONDS)
        self._sandbox.trace.mark(self._tag, "opened", "A WebSocket is open.")
        back = Thread(target=self._pass_back, args=(head, leftover), name="tunnel", daemon=True)
        back.start()
        try:
            self._pump(self._client, self._backend, self._from_client, "sent")
        finally:
            _shut(self._backend)
            back.join()
            _shut(self._client)
            self._sandbox.trace.mark(self._tag, "closed", self._ending)

    def _pass_back(self, head: bytes, leftover: bytes) -> None:
        """Server → client: the only writer of the client's socket, so it also says goodbye there."""
        try:
            self._client.sendall(head)
            self._pump(self._backend, self._client, self._from_backend, "received", leftover)
            if self._close_code and self._between_frames:
                self._client.sendall(close_frame(self._close_code))
        except OSError:
            return
        finally:
            _shut(self._backend)
            _shut(self._client)

    def _pump(
        self, source: socket.socket, sink: socket.socket, frames: FrameReader, direction: Direction, data: bytes = b""
    ) -> None:
        pace = Pace(BYTES_PER_SECOND, BURST_BYTES)
        try:
            while data := data or self._read(source):
                pace.spend(len(data))
                self._pass_on(data, sink, frames, direction)
                if self._from_client.closed and self._from_backend.closed:
                    # The server should close the connection now (section 7.1.1). Werkzeug keeps it for its
                    # ping timeout, and the browser's close event would wait with it.
                    return
                data = b""
        except FrameRefused as refused:
            self._close_code = refused.code
            self._ends(f"Closed on the way, with close code {refused.code}: {refused}")
        except OSError:
            return
        finally:
            who = "client" if direction == "sent" else "server"
            self._ends(f"The {who} ended the connection without a Close frame.")

    def _ends(self, why: str) -> None:
        """Note why the tunnel ends; what comes later is only the echo of it."""
        self._ending = self._ending or why

    def _read(self, source: socket.socket) -> bytes:
        """Return the next bytes, or none at the end; silence is no end while the other direction speaks."""
        while True:
            try:
                data = source.recv(READ_BYTES)
            except TimeoutError:
                if time.monotonic() - self._last_byte >= IDLE_SECONDS:
                    self._ends(f"Nothing came from either side for {IDLE_SECONDS:g} s.")
                    return b""
                continue
            self._last_byte = time.monotonic()
            return data

    def _pass_on(self, data: bytes, sink: socket.socket, frames: FrameReader, direction: Direction) -> None:
        """Read the frames, note the messages, send the bytes: in this order, so that no answer precedes its question.

        Raises:
            FrameRefused: nothing was sent.
            OSError: the other end is gone, or takes nothing any more.
        """
        for message in frames.feed(data):
            self._sandbox.trace.add(self._tag, direction, message, "websocket")
            if is_event(message):
                self._sandbox.touch()
        if frames.closed:
            who, code = "client" if direction == "sent" else "server", frames.close_code
            self._ends(f"The {who} closed the WebSocket, {f'with close code {code}' if code else 'without a code'}.")
        sink.sendall(data)
        if frames is self._from_backend:
            self._between_frames = frames.at_boundary


class Pace:
    """Holds a stream of bytes to a rate by sleeping: what is not read is not sent, and TCP tells the sender."""

    def __init__(
        self,
        per_second: float,
        burst: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second, self._burst = per_second, burst
        self._clock, self._sleep = clock, sleep
        self._allowance, self._since = burst, clock()

    def spend(self, count: int) -> None:
        """Count bytes, and sleep while there were too many."""
        now = self._clock()
        self._allowance = min(self._burst, self._allowance + (now - self._since) * self._per_second) - count
        self._since = now
        if self._allowance < 0:
            self._sleep(-self._allowance / self._per_second)


def _checked_key(environ: WSGIEnvironment) -> str:
    """RFC 6455, section 4.2.1."""
    key: str = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
    try:
        nonce = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        nonce = b""
    wants_upgrade = "upgrade" in [part.strip() for part in environ.get("HTTP_CONNECTION", "").lower().split(",")]
    if (
        environ["REQUEST_METHOD"] != "GET"
        or not wants_upgrade
        or len(nonce) != 16
        or environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13"
        or environ.get("CONTENT_LENGTH", "0") not in ("", "0")
        or "HTTP_TRANSFER_ENCODING" in environ
    ):
        raise Refused(400, "bad_handshake", "This is no proper WebSocket handshake.")
    return key


def _upgrade_headers(environ: WSGIEnvironment, key: str) -> Headers:
    headers = [
        ("upgrade", "websocket"),
        ("connection", "Upgrade"),
        ("sec-websocket-key", key),
        ("sec-websocket-version", "13"),
    ]
    if protocol := environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL"):
        headers.append(("sec-websocket-protocol", protocol))
    return headers


def _agreement(response: BackendResponse, key: str, environ: WSGIEnvironment, address: Address) -> bytes:
    """Return the 101 for the client, once the server's own holds (RFC 6455, section 4.1, what a client must check)."""
    accept = base64.b64encode(hashlib.sha1(key.encode() + ACCEPT_GUID).digest()).decode()  # noqa: S324 (the RFC's)
    offered = [part.strip() for part in environ.get("HTTP_SEC_WEBSOCKET_PROTOCOL", "").split(",")]
    protocols = response.all("sec-websocket-protocol")
    if (
        response.all("sec-websocket-accept") != [accept]
        or [value.lower() for value in response.all("upgrade")] != ["websocket"]
        or response.all("sec-websocket-extensions")
        or any(protocol not in offered for protocol in protocols)
        or len(protocols) > 1
    ):
        raise Refused(502, "bad_answer", "The program's answer to the WebSocket handshake is not valid.")
    headers = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)]
    headers += [("Sec-WebSocket-Protocol", protocol) for protocol in protocols]
    lines = [f"{name}: {value}" for name, value in headers + guards(address)]
    return "\r\n".join(["HTTP/1.1 101 Switching Protocols", *lines, "", ""]).encode("latin-1")


def _limited(pieces: Iterable[bytes], most: int) -> Iterable[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise Refused(502, "too_large", "The program's answer is larger than what may pass here.")
        yield piece


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
