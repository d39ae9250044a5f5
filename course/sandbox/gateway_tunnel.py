"""Passes a WebSocket between a client and a learner's server: the bytes as they are, the frames read meanwhile."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from threading import Thread
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIEnvironment

from course.sandbox.frames import FrameReader, FrameRefused, close_frame
from course.sandbox.gateway_address import Address, Refused
from course.sandbox.gateway_backend import READ_BYTES, Backend
from course.sandbox.gateway_handshake import agreement, checked_key, upgrade_headers
from course.sandbox.gateway_http import begin_answer, mark_refusal
from course.sandbox.gateway_idle import IdleWatch
from course.sandbox.gateway_line import Line, Parcel
from course.sandbox.gateway_link import HELD, RequestLink, is_event, lose
from course.sandbox.gateway_socket import client_socket, leave
from course.sandbox.headers import request_headers
from course.sandbox.trace import Direction

if TYPE_CHECKING:
    from course.sandbox.gateway import RunningSandbox
    from course.sandbox.gateway_port import Port

IDLE_SECONDS = 120.0
"""Engine.IO pings every 25 s; a tunnel without a byte for this long has nobody at its end."""
BYTES_PER_SECOND = 2 * 1024 * 1024
BURST_BYTES = 1024 * 1024

_idle_watch = IdleWatch()


def pass_websocket(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    sandbox: RunningSandbox,
    port: Port,
    address: Address,
    link: RequestLink,
) -> Iterable[bytes]:
    """Open the learner's side first; if it agrees, tie the two sockets together until either ends.

    Raises:
        Cut: a fault of the client has ended it before it began.
        Refused: the handshake is malformed, or the server is busy, silent or talks nonsense.
        StopIteration, ConnectionError: at the end, as the web server wants it (see `leave`).
    """
    key, sid = checked_key(environ), address.parameters.get("sid")
    with ExitStack() as stack:
        if address.is_engineio:
            stack.enter_context(port.session(sid))
        stack.enter_context(port.connection())
        backend = stack.enter_context(Backend(sandbox.socket_path))
        headers = request_headers(environ, address, port.jar(address.client).header(address.path))
        backend.send("GET", address.target, headers + upgrade_headers(environ, key))
        response = backend.response()
        if response.status != 101:
            body = b"".join(_limited(backend.body(), sandbox.limits.message_bytes))
            mark_refusal(sandbox, address, response.status, body)
            begin_answer(start_response, response, port, address)
            return [body]
        link.carry("received", [])
        client = client_socket(environ)
        head = agreement(response, key, environ, address)
        for cookie in response.all("set-cookie"):
            port.jar(address.client).store(cookie, address.path)
        Tunnel(client, backend.socket, sandbox, address.client).run(head, backend.leftover())
        if sid:
            port.closed(sid)
    return leave(environ)


class Tunnel:
    """Two sockets tied together, for as long as both live.

    A frame that breaks the protocol or the limit is not passed on: the tunnel ends, with a Close frame that says why.
    Once a fault has had to do with it, its bytes pass over two `Line`s; until then they pass straight through.
    """

    def __init__(self, client: socket.socket, backend: socket.socket, sandbox: RunningSandbox, tag: str) -> None:
        self._client, self._backend = client, backend
        self._sandbox, self._tag = sandbox, tag
        most = sandbox.limits.message_bytes
        self._from_client = FrameReader(limit=most, masked=True)
        self._from_backend = FrameReader(limit=most, masked=False)
        self._last_byte = time.monotonic()
        self._sending: dict[Direction, float] = {}
        """Since when bytes wait for the end that they go to."""
        self._close_code: int | None = None
        self._between_frames = True
        self._ending = ""
        self._faults = sandbox.faults.of(tag)
        self._lines: dict[Direction, Line] = {}
        self._cut = self._server_told = self._server_over = False

    def run(self, head: bytes, leftover: bytes) -> None:
        """Answer the client with `head`, pass on the frames that came behind the server's, then everything else."""
        for end in (self._client, self._backend):
            end.settimeout(None)
        self._sandbox.trace.mark(self._tag, "opened", "A WebSocket is open.")
        back = Thread(target=self._pass_back, args=(head, leftover), name="tunnel", daemon=True)
        with self._faults.lent(self), _idle_watch.over(self):
            back.start()
            try:
                self._pump(self._client, self._backend, self._from_client, "sent")
            finally:
                if not self._cut or self._server_told:
                    _shut(self._backend)
                back.join()
                _shut(self._client)
                _drain(self._client)
                for line in self._lines.values():
                    line.end()
        if not self._server_told:
            self._sandbox.trace.mark(self._tag, "closed", self._ending)

    def cut(self, *, server_too: bool) -> None:
        """End it at once for the client; else the server notices by its ping timeout, as in real life."""
        # Cut a second time, one that the server still waits for gives its place to the client's next connection.
        server_too = server_too or self._cut
        self._cut, self._server_told = True, self._server_told or server_too
        _shut(self._client)
        if server_too:
            _shut(self._backend)
        for line in self._lines.values():
            line.end()

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
                self._pass_on(data, sink, frames, direction)
                pace.spend(len(data))
                if self._from_client.closed and self._from_backend.closed:
                    # The server should close the connection now (section 7.1.1). Werkzeug keeps it for its
                    # ping timeout, and the browser's close event would wait with it.
                    break
                data = b""
        except FrameRefused as refused:
            self._close_code = refused.code
            self._ends(f"Closed on the way, with close code {refused.code}: {refused}")
        except OSError:
            pass
        if direction == "received" or not self._cut:
            who = "client" if direction == "sent" else "server"
            self._ends(f"The {who} ended the connection without a Close frame.")
        self._server_over = self._server_over or direction == "received"
        if line := self._lines.get(direction):
            line.finish()

    def _ends(self, why: str) -> None:
        """Note why the tunnel ends; what comes later is only the echo of it."""
        self._ending = self._ending or why

    def end_if_idle(self) -> None:
        """End it if for `IDLE_SECONDS` neither side has sent a byte, or one has taken none of what it should get."""
        now = time.monotonic()
        if now - self._last_byte >= IDLE_SECONDS:
            self._ends(f"Nothing came from either side for {IDLE_SECONDS:g} s.")
        elif any(now - since >= IDLE_SECONDS for since in list(self._sending.values())):
            self._ends(f"One side took nothing for {IDLE_SECONDS:g} s.")
        else:
            return
        _shut(self._client)
        _shut(self._backend)

    def _read(self, source: socket.socket) -> bytes:
        """Return the next bytes, or none at the end."""
        data = source.recv(READ_BYTES)
        self._last_byte = time.monotonic()
        return data

    def _pass_on(self, data: bytes, sink: socket.socket, frames: FrameReader, direction: Direction) -> None:
        """Read the frames, note the messages, send the bytes: in this order, so that no answer precedes its question.

        Raises:
            FrameRefused: nothing was sent.
            OSError: the other end is gone, or takes nothing any more.
        """
        messages = frames.feed(data)
        # simple-websocket 1.1.0 lets a message slip behind its Close frame: for browsers an error (section 5.5.1).
        if not (data := data[: len(data) - frames.behind_close]):
            return
        if frames.closed:
            who, code = "client" if direction == "sent" else "server", frames.close_code
            self._ends(f"The {who} closed the WebSocket, {f'with close code {code}' if code else 'without a code'}.")
        parcel = Parcel(0.0, data, messages, frames.at_boundary)
        if self._faults.active or self._lines or self._cut:
            self._pass_on_with_faults(parcel._replace(since=self._faults.clock()), sink, direction)
        else:
            self._deliver(parcel, sink, direction)

    def _deliver(self, parcel: Parcel, sink: socket.socket, direction: Direction) -> None:
        for message in parcel.messages:
            self._sandbox.trace.add(self._tag, direction, message, "websocket")
        self._sending[direction] = time.monotonic()
        _send_whole(sink, parcel.data)
        del self._sending[direction]
        if any(map(is_event, parcel.messages)):
            self._sandbox.touch()
        if direction == "received":
            self._between_frames = parcel.at_boundary

    def _pass_on_with_faults(self, parcel: Parcel, sink: socket.socket, direction: Direction) -> None:
        if self._cut:
            self._lose(parcel, direction)
        elif any(map(is_event, parcel.messages)) and self._faults.takes_drop(direction):
            self._lose(parcel, direction)
            self._faults.cut_connections("Cut at this event.")
        else:
            if self._faults.wait_for(parcel.since) != 0:
                for message in parcel.messages:
                    self._sandbox.trace.mark(self._tag, "delayed", HELD, message, direction)
            if direction not in self._lines:
                self._lines[direction] = Line(
                    self._faults,
                    lambda held: self._deliver_late(held, sink, direction),
                    lambda held: self._lose(held, direction),
                )
            self._lines[direction].put(parcel)

    def _deliver_late(self, parcel: Parcel, sink: socket.socket, direction: Direction) -> None:
        if direction == "sent" and self._server_over:
            self._lose(parcel, direction)
        else:
            self._deliver(parcel, sink, direction)

    def _lose(self, parcel: Parcel, direction: Direction) -> None:
        lose(self._sandbox.trace, self._tag, direction, parcel.messages)


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


def _limited(pieces: Iterable[bytes], most: int) -> Iterable[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise Refused(502, "too_large", "The program's answer is larger than what may pass here.")
        yield piece


def _send_whole(sink: socket.socket, data: bytes) -> None:
    """Send all of `data`; mostly in one go, which spares what gevent's ``sendall`` asks of the kernel each time."""
    sent = sink.send(data)
    if sent < len(data):
        sink.sendall(memoryview(data)[sent:])


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


def _drain(end: socket.socket) -> None:
    """Take what had come in before the end was shut: else the web server reads it as the next request."""
    with suppress(OSError):
        while end.recv(READ_BYTES):
            pass
