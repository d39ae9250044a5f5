"""The WebSocket under a page's connection: read only when the next message is wanted, so that nothing piles up.

Frames are wsproto's. What the peer sends is bounded by size and by work, whatever it is made of; what it does not read
is bounded by time. Every end has a close code and a sentence.
"""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any
from wsgiref.types import WSGIEnvironment

from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import ProtocolError

from course.live.packets import MESSAGE_BYTES, Malformed, check_frame
from course.sandbox.gateway import client_socket
from course.sandbox.gateway.handshake import ACCEPT_GUID, checked_key
from course.shares.pace import Pace

READ_BYTES = 16 * 1024
PATIENCE_SECONDS = 45.0
"""How long nothing may be heard, and a message be left unread. A page answers a ping every 20 s."""
GOODBYE_SECONDS = 2.0
"""How long the peer has to take notice of a Close frame."""
GOODBYE_BYTES = 4 * MESSAGE_BYTES
"""How much of what is under way is read and dropped meanwhile: a reset would overtake the Close frame."""
BYTES_A_POINT = 4096


def accept(environ: WSGIEnvironment) -> socket.socket:
    """Answer a handshake, and return the socket that it came on.

    Raises:
        NotPassed: it is no proper one.
        OSError: the client has gone.
    """
    key = checked_key(environ)
    digest = base64.b64encode(hashlib.sha1(key.encode() + ACCEPT_GUID).digest()).decode()  # noqa: S324  # RFC 6455
    found = client_socket.client_socket(environ)
    found.settimeout(PATIENCE_SECONDS)
    head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    found.sendall(f"{head}Sec-WebSocket-Accept: {digest}\r\n\r\n".encode())
    return found


def leave(environ: WSGIEnvironment) -> Iterable[bytes]:
    """End a request whose socket was a WebSocket's: what its peer still sends is no request to the web server.

    Raises:
        StopIteration, ConnectionError: as the web server wants it (see `client_socket.leave`).
    """
    if "gunicorn.socket" not in environ:  # pywsgi would read on; gunicorn hears of the end by an exception
        body: Any = environ["wsgi.input"]
        with suppress(OSError):
            getattr(body, "rfile", body).close()
    return client_socket.leave(environ)


class WebSocket:
    """One WebSocket, with the three methods that Engine.IO wants: `wait`, `send` and `close`. Use it in a `with`.

    Args:
        accepted: the socket; whoever accepted it closes it.
        pace: what the peer's bytes and frames cost.
        ended: hears why we ended the connection, if we did.
    """

    def __init__(self, accepted: socket.socket, pace: Pace, ended: Callable[[str], None] = lambda reason: None) -> None:
        self._socket = accepted
        self._pace = pace
        self._ended = ended
        self._connection = Connection(ConnectionType.SERVER)
        self._writing = threading.Lock()
        self._waiting: deque[str] = deque()
        self._message: list[str] = []
        self._message_bytes = 0
        self._open = True
        self._reading = False

    def __enter__(self) -> WebSocket:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
        self._say_goodbye()

    def wait(self) -> str | None:
        """Return the next message; None when the connection has ended."""
        while self._open and not self._waiting:
            try:
                data = self._read()
                if not data:
                    break
                self._pace.spend(len(data) / BYTES_A_POINT)
                self._connection.receive_data(data)
                for event in self._connection.events():
                    self._pace.spend(1)
                    self._hear(event)
                    if not self._open:
                        break
            except Malformed as malformed:
                self.end(CloseReason.POLICY_VIOLATION, str(malformed))
            except TimeoutError:
                self.end(CloseReason.GOING_AWAY, "Nothing was heard for a long time.")
            except (OSError, ProtocolError):
                break
        if self._open and self._waiting:
            return self._waiting.popleft()
        self._open = False
        return None

    def send(self, message: str | bytes) -> None:
        """Send a message.

        Raises:
            OSError: the connection has ended, or its peer does not read.
        """
        try:
            self._write(TextMessage(data=message) if isinstance(message, str) else BytesMessage(data=message))
        except TimeoutError:
            self.end(CloseReason.POLICY_VIOLATION, "The page did not read what was sent to it.")
            raise

    def close(self) -> None:
        """Close the connection; closing twice is harmless."""
        self._close(CloseReason.NORMAL_CLOSURE, "")

    def end(self, code: CloseReason, reason: str) -> None:
        """End the connection for a reason, which its peer and the log are told."""
        if self._open:
            self._ended(reason)
            self._close(code, reason)

    def _hear(self, event: Event) -> None:
        match event:
            case TextMessage():
                self._message_bytes += len(event.data.encode())
                if self._message_bytes > MESSAGE_BYTES:
                    self.end(CloseReason.MESSAGE_TOO_BIG, f"A message has {MESSAGE_BYTES:,} bytes at most.")
                    return
                self._message.append(event.data)
                if event.message_finished:
                    frame = "".join(self._message)
                    self._message, self._message_bytes = [], 0
                    self._waiting.append(check_frame(frame))
            case BytesMessage():
                check_frame(b"")
            case Ping():
                self._write(event.response())
            case CloseConnection():
                if event.code != CloseReason.NO_STATUS_RCVD and event.code > CloseReason.GOING_AWAY:
                    self._ended(event.reason or f"The page closed with code {event.code}.")
                with suppress(OSError):
                    self._write(event.response())
                self._open = False

    def _close(self, code: CloseReason, reason: str) -> None:
        if not self._open:
            return
        self._open = False
        with suppress(OSError):
            if self._writing.acquire(blocking=False):  # else the peer does not read: there is no telling it anything
                try:
                    self._socket.sendall(self._connection.send(CloseConnection(code, reason[:120])))
                except ProtocolError:
                    pass  # it has been closed by the peer
                finally:
                    self._writing.release()
            # A reader that waits in `recv` is woken; otherwise the reader itself is here, and reads on for a while.
            self._socket.shutdown(socket.SHUT_RDWR if self._reading else socket.SHUT_WR)

    def _say_goodbye(self) -> None:
        """Read and drop what is under way, within bounds, then shut the socket."""
        until, left = time.monotonic() + GOODBYE_SECONDS, GOODBYE_BYTES
        with suppress(OSError):
            while left > 0 and (patience := until - time.monotonic()) > 0:
                self._socket.settimeout(patience)
                dropped = len(self._socket.recv(READ_BYTES))
                if not dropped:
                    break
                left -= dropped
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def _read(self) -> bytes:
        self._reading = True
        try:
            return self._socket.recv(READ_BYTES)
        finally:
            self._reading = False

    def _write(self, event: Event) -> None:
        """Write one frame; whoever comes second waits for the first, and for nothing once the connection has ended."""
        with self._writing:
            if not self._open:
                raise OSError("the connection has ended")
            try:
                self._socket.sendall(self._connection.send(event))
            except ProtocolError as error:
                raise OSError(str(error)) from error
