"""One connection to a learner's server for one request: our own request goes in, what comes back is parsed strictly.

Nothing of the client's own bytes reaches the learner's server except through this rebuilt head, and no connection is
used twice: so nobody can smuggle a second request into the first.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h11

from course.sandbox.gateway.address import NotPassed
from course.server_request import framing

READ_BYTES = 64 * 1024
HEAD_BYTES = 32 * 1024
ANSWER_SECONDS = 90.0
"""A held long-poll answers within the server's ping interval: 25 s by default."""


@dataclass(frozen=True)
class BackendResponse:
    """The head of an answer."""

    status: int
    headers: list[tuple[str, str]]
    """Names in lower case."""

    def all(self, name: str) -> list[str]:
        """Return every value of the header `name`."""
        return [value for key, value in self.headers if key == name]


class Backend:
    """A connection to the unix socket at `path`. Close it, or use it in a `with`.

    Raises:
        NotPassed: with 503 from the constructor, with 400 from `send`, with 502 or 504 from the readers.
    """

    def __init__(self, path: Path) -> None:
        self.socket = _connect(path)
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)
        self._heard = False

    def __enter__(self) -> Backend:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; harmless when it is closed."""
        self.socket.close()

    def send(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes = b"") -> None:
        """Send one whole request. `headers` hold neither framing nor Connection, unless it asks for an upgrade."""
        headers = [*headers, *framing(method, len(body), headers)]
        try:
            request = h11.Request(
                method=method,
                target=target.encode("ascii"),
                headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in headers],
            )
            data = self._http.send(request) or b""
            data += (self._http.send(h11.Data(data=body)) or b"") if body else b""
            data += self._http.send(h11.EndOfMessage()) or b""
        except (h11.LocalProtocolError, UnicodeEncodeError) as error:
            raise NotPassed(400, "bad_request", "This request can't be passed on to the program.") from error
        try:
            self.socket.sendall(data)
        except OSError as error:
            # A server may answer, and close, before it read the body: its answer counts.
            if error.errno not in (errno.EPIPE, errno.ECONNRESET):
                raise _silent() from error

    def response(self) -> BackendResponse:
        """Return the head of the answer: a final one, or 101."""
        while True:
            event = self._next_event()
            if isinstance(event, h11.Response) or (
                isinstance(event, h11.InformationalResponse) and event.status_code == 101
            ):
                break
            if not isinstance(event, h11.InformationalResponse):
                raise _nonsense()
        headers = [(name.decode("ascii"), value.decode("latin-1")) for name, value in event.headers]
        names = [name for name, _ in headers]
        if "transfer-encoding" in names and "content-length" in names:
            # RFC 9112, section 6.3: perhaps an attempt at response splitting.
            raise _nonsense()
        return BackendResponse(event.status_code, headers)

    def body(self) -> Iterator[bytes]:
        """Yield the body as it arrives, in pieces of 64 KB at most."""
        while True:
            event = self._next_event()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return
            else:
                raise _nonsense()

    def leftover(self) -> bytes:
        """Return what came behind a 101 in the same read: the first frames."""
        return self._http.trailing_data[0]

    def _next_event(self) -> object:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(self._receive())
        except h11.RemoteProtocolError as error:
            raise (_nonsense() if self._heard else _hung_up()) from error
        return event

    def _receive(self) -> bytes:
        try:
            data = self.socket.recv(READ_BYTES)
        except TimeoutError as error:
            raise _silent() from error
        except OSError:
            return b""
        self._heard = self._heard or bool(data)
        return data


def _connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # Without blocking: a unix socket accepts at once, or its queue is full because the program takes nothing
        # off it; then waiting would spin (epoll calls an unconnected unix socket writable).
        connection.setblocking(False)
        connection.connect(str(path))
        connection.settimeout(ANSWER_SECONDS)
    except OSError as error:
        connection.close()
        raise NotPassed(
            503, "not_listening", "The program is not taking connections. Press Run to start it."
        ) from error
    return connection


def _nonsense() -> NotPassed:
    return NotPassed(502, "bad_answer", "The program's answer is not proper HTTP, so it was not passed on.")


def _hung_up() -> NotPassed:
    return NotPassed(502, "no_answer", "The program closed the connection without an answer. Its log may say why.")


def _silent() -> NotPassed:
    return NotPassed(504, "no_answer", "The program did not answer in time.")
