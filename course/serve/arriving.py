"""What a client sends, within limits of time and size: a whole head soon, a body at a lowest rate, silence for a while.

gunicorn reads a request where it is parsed, and a body where the application reads it. Both come here for bytes, so
that here is the one place where a client can be too slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gevent
from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.http.errors import NoMoreData, ParseException
from gunicorn.http.unreader import SocketUnreader

KB = 1024


@dataclass(frozen=True)
class Patience:
    """How long a client is waited for, and how much is taken of it meanwhile."""

    head_seconds: float = 10.0
    """From a connection's start, later from the first byte of a request, to the end of its head."""
    silence_seconds: float = 95.0
    """Between two requests. Routers of platforms keep theirs for 90 s, and must not find one closed."""
    head_bytes: int = 64 * KB
    """All its lines: a browser's cookies have a few KB."""
    head_pieces: int = 512
    """In how many pieces a head may come: each is parsed from its beginning."""
    body_seconds: float = 10.0
    body_bytes_a_second: int = 8 * KB
    """A body is waited for as long as `body_seconds`, and as its bytes take at this rate."""
    body_pieces: int = 512
    """Reads, and chunks, in which a small body may come; a larger one in one more for each `bytes_a_piece`."""
    bytes_a_piece: int = 256
    """Each wakes us up, or goes through a parser: what comes in smaller ones is no body, but work."""
    answer_seconds: float = 60.0
    """How long a client may leave what is sent to it lying."""


class NotReceived(OSError):
    """A request did not arrive as it was announced: to whoever reads its body, the connection has failed."""

    status = 400
    reason = "Bad Request"
    sentence = "This request is not whole, or not written as HTTP wants it."


class TooSlow(NotReceived):
    """A client took longer than it may."""

    status = 408
    reason = "Request Timeout"
    sentence = "Your request took too long to arrive. Check your connection, and try again."


class TooLarge(NotReceived):
    """The head of a request is too large, or comes in too many pieces."""

    status = 431
    reason = "Request Header Fields Too Large"
    sentence = "The head of this request is too large. If a browser has sent it, delete this site's cookies."


class TooManyPieces(NotReceived):
    """A body comes in more and smaller pieces than anybody would send it in."""

    sentence = "This request comes in too many small pieces. Send its body in larger ones."


class Arriving(SocketUnreader):  # type: ignore[misc]  # gunicorn has no types
    """The bytes of one connection. Whoever serves says what comes next: a head, or a body."""

    def __init__(self, connection: Any, patience: Patience, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(connection)
        self._patience = patience
        self._clock = clock
        self._in_head = True
        self._begun = False
        """Whether there is a part of a head."""
        self._deadline: float | None = None
        self._bytes = self._pieces = 0
        self._waited = 0.0

    def expect_head(self, *, first: bool) -> None:
        """Wait for the head of a request: of the `first` on a connection, or of the next."""
        self._in_head = True
        self._bytes = self._pieces = 0
        self._begun = self.buf.tell() > 0  # what came behind the last request is the beginning of the next
        self._deadline = self._clock() + self._patience.head_seconds if first or self._begun else None

    def expect_body(self) -> None:
        """Wait for the body that the head has announced."""
        self._in_head = False
        self._bytes = self._pieces = 0
        self._waited = 0.0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return the next bytes; none when the client has ended, or was silent for too long.

        Raises:
            TooSlow: a request has begun to arrive, and does not go on.
            TooLarge: its head has no end.
            TooManyPieces: its body comes byte by byte.
        """
        if self._pieces:
            gevent.sleep(0)  # however fast bytes come, the others have their turn
        self._pieces += 1
        began = self._clock()
        before = self.sock.gettimeout()
        self.sock.settimeout(max(self._seconds_left(began), 0.001))
        try:
            data: bytes = super().chunk(size_hint)
        except TimeoutError:
            self._waited += self._clock() - began
            if self._in_head and not self._begun:
                return b""
            raise TooSlow from None
        finally:
            self.sock.settimeout(before)
        self._count(len(data), began)
        return data

    def _seconds_left(self, now: float) -> float:
        if not self._in_head:
            return self._patience.body_seconds + self._bytes / self._patience.body_bytes_a_second - self._waited
        return self._patience.silence_seconds if self._deadline is None else self._deadline - now

    def _count(self, arrived: int, began: float) -> None:
        now = self._clock()
        self._bytes += arrived
        if not self._in_head:
            self._waited += now - began
            if self._pieces > self._patience.body_pieces + self._bytes // self._patience.bytes_a_piece:
                raise TooManyPieces
            return
        self._begun = self._begun or arrived > 0
        if self._deadline is None:
            self._deadline = now + self._patience.head_seconds
        if self._bytes > self._patience.head_bytes or self._pieces > self._patience.head_pieces:
            raise TooLarge


class CheckedReader:
    """Around gunicorn's reader of one body: what fails in it is the client's mistake, and never ours.

    gunicorn hands out the bytes of a body that ends too early as if it were whole.
    """

    def __init__(self, reader: Any, patience: Patience = Patience()) -> None:
        self._reader = reader
        if isinstance(reader, ChunkedReader):
            reader.parser = _few(reader.parser, patience)

    def read(self, size: int) -> bytes:
        """Return as many bytes as there are, up to `size`.

        Raises:
            NotReceived: they do not come, or not as HTTP wants them.
        """
        announced = min(size, self._reader.length) if isinstance(self._reader, LengthReader) else 0
        try:
            data: bytes = self._reader.read(size)
        except NotReceived:
            raise
        except (ParseException, NoMoreData) as failure:
            raise NotReceived from failure
        if len(data) < announced:
            raise NotReceived
        return data


def _few(chunks: Iterator[bytes], patience: Patience) -> Iterator[bytes]:
    """Yield the pieces of a chunked body; gunicorn goes through thousands of a byte each before anybody has a turn.

    Raises:
        TooManyPieces: there are too many for what is in them.
    """
    size = 0
    for number, chunk in enumerate(chunks):
        size += len(chunk)
        if number > patience.body_pieces + size // patience.bytes_a_piece:
            raise TooManyPieces
        yield chunk
