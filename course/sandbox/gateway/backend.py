"""One connection to a learner's server for one request: our own request goes in, what comes back is parsed strictly.

Nothing of the client's own bytes reaches the learner's server except through this rebuilt head, and no connection is
used twice: so nobody can smuggle a second request into the first.
"""

from __future__ import annotations

import errno
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h11

from course.sandbox.gateway.address import NotPassed
from course.sandbox.gateway.work import CHUNK, FRAME, HEAD, READ, Work
from course.server_request import framing

READ_BYTES = 64 * 1024
HEAD_BYTES = 32 * 1024
ANSWER_SECONDS = 90.0
"""A held long-poll answers within the server's ping interval: 25 s by default."""
HEAD_SECONDS = 10.0
"""From the first byte of an answer to the end of its head."""
CHUNKS_TOGETHER = 64
INTERIM_ANSWERS = 8
"""Heads such as ``103 Early Hints`` that may stand before an answer. Flask's servers send none."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""Not valid in the value of a header (RFC 9110, section 5.5). h11 lets most of it through, web servers refuse it."""


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

    Args:
        path: where the learner's server listens.
        work: counts what is read.

    Raises:
        NotPassed: with 503 from the constructor, with 400 from `send`, with 429, 502 or 504 from the readers.
    """

    def __init__(self, path: Path, work: Work) -> None:
        self.socket = _connect(path)
        self._work = work
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)
        self._heard = False
        self._head_until: float | None = None
        self._body_until: float | None = None

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
        for _ in range(INTERIM_ANSWERS + 1):
            event = self._next_event()
            self._work.spend(HEAD)
            if isinstance(event, h11.Response) or (
                isinstance(event, h11.InformationalResponse) and event.status_code == 101
            ):
                break
            if not isinstance(event, h11.InformationalResponse):
                raise _nonsense()
        else:
            raise _nonsense()
        self._work.spend(FRAME * len(event.headers))
        self._head_until = None
        self.socket.settimeout(ANSWER_SECONDS)
        headers = [(name.decode("ascii"), value.decode("latin-1")) for name, value in event.headers]
        if any(_CONTROL.search(value) for _, value in headers):
            raise _nonsense()
        names = [name for name, _ in headers]
        if "transfer-encoding" in names and "content-length" in names:
            # RFC 9112, section 6.3: perhaps an attempt at response splitting.
            raise _nonsense()
        return BackendResponse(event.status_code, headers)

    def body(self, within: float | None = None) -> Iterator[bytes]:
        """Yield the body as it arrives, in pieces of 64 KB at most; the whole of it `within` so many seconds.

        Without that only its silences are limited: a stream may go on for as long as the program runs.
        """
        self._body_until = None if within is None else time.monotonic() + within
        found: list[bytes] = []
        while not isinstance(event := self._parsed(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                self._work.spend(CHUNK)
                found.append(bytes(event.data))
            elif event is not h11.NEED_DATA:
                raise _nonsense()
            # Chunks of a byte each are passed on together: each would wake up everybody on its way.
            if found and (event is h11.NEED_DATA or len(found) == CHUNKS_TOGETHER):
                yield b"".join(found)
                found = []
            if event is h11.NEED_DATA:
                self._http.receive_data(self._receive())
        if found:
            yield b"".join(found)

    def leftover(self) -> bytes:
        """Return what came behind a 101 in the same read: the first frames."""
        return self._http.trailing_data[0]

    def _next_event(self) -> object:
        while (event := self._parsed()) is h11.NEED_DATA:
            self._http.receive_data(self._receive())
        return event

    def _parsed(self) -> object:
        """Return what stands next in the bytes that have been read, or that more are needed."""
        try:
            return self._http.next_event()
        except h11.RemoteProtocolError as error:
            raise (_nonsense() if self._heard else _hung_up()) from error

    def _receive(self) -> bytes:
        until = self._head_until or self._body_until
        try:
            if until is not None:
                self.socket.settimeout(max(0.001, until - time.monotonic()))
            data = self.socket.recv(READ_BYTES)
        except TimeoutError as error:
            raise _silent() from error
        except OSError:
            return b""
        if until is not None and time.monotonic() > until:
            raise _silent()
        if data and not self._heard:
            self._heard, self._head_until = True, time.monotonic() + HEAD_SECONDS
        self._work.spend(READ + len(data))
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
