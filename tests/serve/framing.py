"""Ways to spell one request so that two readers see two: the second is `HIDDEN`, which must never be answered."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass

from tests.stage.running_site import RunningSite

PATIENCE = 30.0
HIDDEN = b"GET /hidden-in-a-body HTTP/1.1\r\nHost: localhost\r\n\r\n"
"""Nothing lies there: an answer to it is a 404, the only one that a spelling could bring about."""


@dataclass(frozen=True)
class Spelling:
    """One way, and what the first request may be answered with; None: it need not be answered at all."""

    name: str
    data: bytes
    allowed: tuple[int | None, ...]


def post(*lines: str | bytes, body: bytes = HIDDEN) -> bytes:
    return request("POST /healthz HTTP/1.1", *lines, body=body)


def request(first: str | bytes, *lines: str | bytes, host: bytes = b"Host: localhost", body: bytes = b"") -> bytes:
    head = [first, *([host] if host else []), *lines]
    return (
        b"\r\n".join(line if isinstance(line, bytes) else line.encode("latin-1") for line in head) + b"\r\n\r\n" + body
    )


LENGTH = f"Content-Length: {len(HIDDEN)}"
CHUNKED = "Transfer-Encoding: chunked"
REFUSED = (400, 501, None)
READ_AS_ITS_BODY = (405, 400, 403, None)
"""The health check is only read, so a POST of any length is refused there, and its body is passed over."""


def chunk(size: bytes, data: bytes = HIDDEN, end: bytes = b"\r\n0\r\n\r\n") -> bytes:
    return size + b"\r\n" + data + end


SIZE = b"%x" % len(HIDDEN)

TWO_LENGTHS = [
    Spelling("two lengths, the first is 0", post("Content-Length: 0", LENGTH), REFUSED),
    Spelling("two lengths, the last is 0", post(LENGTH, "Content-Length: 0"), REFUSED),
    Spelling("the same length twice", post(LENGTH, LENGTH), REFUSED),
    Spelling("two lengths in one line", post(f"{LENGTH}, 0"), REFUSED),
    Spelling("a length of +0", post("Content-Length: +0"), REFUSED),
    Spelling("a length of -1", post("Content-Length: -1"), REFUSED),
    Spelling("a length in hexadecimal", post("Content-Length: 0x0"), REFUSED),
    Spelling("a length with an underscore", post("Content-Length: 1_0"), REFUSED),
    Spelling("a length in Arabic digits", post("Content-Length: ٣".encode()), REFUSED),
    Spelling("a length of 1e1", post("Content-Length: 1e1"), REFUSED),
    Spelling("an empty length", post("Content-Length:"), REFUSED),
    Spelling("a length with a NUL", post(b"Content-Length: 0\0"), REFUSED),
    Spelling("a vertical tab before the length", post(b"Content-Length: \x0b0"), REFUSED),
    Spelling("a length of forty digits", post(f"Content-Length: {len(HIDDEN):040}"), (*READ_AS_ITS_BODY, 413)),
]
NAMES = [
    Spelling("a space before the colon", post("Content-Length : 0", LENGTH), REFUSED),
    Spelling("a tab before the colon", post("Content-Length\t: 0", LENGTH), REFUSED),
    Spelling("a space before the name", post(" Content-Length: 0", LENGTH), REFUSED),
    Spelling("an underscore in the length's name", post(LENGTH, "Content_Length: 0"), READ_AS_ITS_BODY),
    Spelling("an underscore in the coding's name", post(LENGTH, "Transfer_Encoding: chunked"), READ_AS_ITS_BODY),
    Spelling("a NUL in a name", post(LENGTH, b"Content\0-Length: 0"), REFUSED),
    Spelling("a name that is not ASCII", post(LENGTH, "Content-Length\xa0: 0"), REFUSED),
    Spelling("a line without a colon", post(LENGTH, "Content-Length 0"), REFUSED),
    Spelling("a nameless line", post(LENGTH, ": 0"), REFUSED),
]
CODINGS = [
    Spelling("length and chunks", post(LENGTH, CHUNKED, body=b"0\r\n\r\n" + HIDDEN), REFUSED),
    Spelling("chunks and length", post(CHUNKED, "Content-Length: 5", body=b"0\r\n\r\n" + HIDDEN), REFUSED),
    Spelling("chunked in capitals and a length", post("TRANSFER-ENCODING: CHUNKED", LENGTH), REFUSED),
    Spelling("chunked twice", post(CHUNKED, CHUNKED), REFUSED),
    Spelling("chunked, then identity", post("Transfer-Encoding: chunked, identity", LENGTH), REFUSED),
    Spelling("identity, and a length", post("Transfer-Encoding: identity", LENGTH), REFUSED + READ_AS_ITS_BODY),
    Spelling("an unknown coding", post("Transfer-Encoding: xchunked", LENGTH), REFUSED),
    Spelling("a vertical tab before chunked", post(b"Transfer-Encoding: \x0bchunked", LENGTH), REFUSED),
    Spelling("chunked in quotes", post('Transfer-Encoding: "chunked"', LENGTH), REFUSED),
    Spelling("an empty coding", post("Transfer-Encoding:", LENGTH), REFUSED),
    Spelling("a coding in HTTP/1.0", request("POST /healthz HTTP/1.0", CHUNKED, LENGTH, body=HIDDEN), REFUSED),
    Spelling("a folded coding", post("Transfer-Encoding:\r\n chunked", LENGTH), REFUSED),
]
LINES = [
    Spelling("a folded header", post("X-Note: one\r\n two", LENGTH), REFUSED),
    Spelling("a bare LF within the head", post(b"X-Note: one\nContent-Length: 0", LENGTH), REFUSED),
    Spelling("a bare CR within a header", post(b"X-Note: one\rContent-Length: 0", LENGTH), REFUSED),
    Spelling("a head of bare LF", post(LENGTH).replace(b"\r\n", b"\n"), REFUSED),
    Spelling("a NUL in a value", post(LENGTH, b"X-Note: one\0two"), REFUSED),
    Spelling("two hosts", post(LENGTH, "Host: localhost"), REFUSED),
]
CHUNKS = [
    Spelling("a chunk as it should be", post(CHUNKED, body=chunk(SIZE)), READ_AS_ITS_BODY),
    Spelling("a size of 0x…", post(CHUNKED, body=chunk(b"0x" + SIZE)), READ_AS_ITS_BODY),
    Spelling("a size of -1", post(CHUNKED, body=chunk(b"-1")), READ_AS_ITS_BODY),
    Spelling("a size with a plus", post(CHUNKED, body=chunk(b"+" + SIZE)), READ_AS_ITS_BODY),
    Spelling("a size with an underscore", post(CHUNKED, body=chunk(b"0_0")), READ_AS_ITS_BODY),
    Spelling("an empty size", post(CHUNKED, body=chunk(b"")), READ_AS_ITS_BODY),
    Spelling("a space before the size", post(CHUNKED, body=chunk(b" " + SIZE)), READ_AS_ITS_BODY),
    Spelling("a size that overflows", post(CHUNKED, body=chunk(b"f" * 17 + b"0")), READ_AS_ITS_BODY),
    Spelling("a bare LF after the size", post(CHUNKED, body=b"0\n\n" + HIDDEN), READ_AS_ITS_BODY),
    Spelling("a bare CR in an extension", post(CHUNKED, body=chunk(SIZE + b";a\rb")), READ_AS_ITS_BODY),
    Spelling("a bare LF in an extension", post(CHUNKED, body=chunk(b"2;\nxx\r\n0\r\n\r\n")), READ_AS_ITS_BODY),
    Spelling("a chunk longer than it says", post(CHUNKED, body=chunk(b"1")), READ_AS_ITS_BODY),
    Spelling("no line after a chunk", post(CHUNKED, body=chunk(SIZE, end=b"0\r\n\r\n")), READ_AS_ITS_BODY),
    Spelling("a length in the trailer", post(CHUNKED, body=b"0\r\nContent-Length: 9\r\n\r\n" + HIDDEN), READ_AS_ITS_BODY),
    Spelling("a trailer with a bare LF", post(CHUNKED, body=b"0\r\nX-Note: one\n\r\n\r\n" + HIDDEN), READ_AS_ITS_BODY),
]  # fmt: skip
TARGETS = [
    Spelling("another host in the target", request("GET http://evil.example/healthz HTTP/1.1"), (400, 421)),
    Spelling("a user's name in the target", request("GET http://localhost@evil.example/healthz HTTP/1.1"), (400, 421)),
    Spelling("a space in the target", request(f"GET /healthz HTTP/1.1{'x'}/ HTTP/1.1"), REFUSED),
    Spelling("a NUL in the target", request(b"GET /healthz\0 HTTP/1.1"), REFUSED),
    Spelling("a tab after the method", request("GET\t/healthz HTTP/1.1"), REFUSED),
    Spelling("no version", request("GET /healthz"), REFUSED),
    Spelling("a version of 2.0", request("GET /healthz HTTP/2.0"), (*REFUSED, 505)),
    Spelling("a version of 1.1x", request("GET /healthz HTTP/1.1x"), REFUSED),
    Spelling("a method in small letters", request("get /healthz HTTP/1.1"), REFUSED),
    Spelling("CONNECT", request("CONNECT localhost:443 HTTP/1.1", body=HIDDEN), (400, 404, 405, 421, None)),
    Spelling("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (*REFUSED, 505)),
]
SIZES = [
    Spelling("a thousand headers", request("GET /healthz HTTP/1.1", *["X-Note: one"] * 1000), (400, 431, None)),
    Spelling("a header of 64 KB", request("GET /healthz HTTP/1.1", "X-Note: " + "x" * 65536), (400, 431, None)),
    Spelling("a target of 64 KB", request("GET /healthz?" + "x" * 65536 + " HTTP/1.1"), (400, 414, 431, None)),
    Spelling("a head without an end", request("GET /healthz HTTP/1.1", *["X-Note: " + "x" * 4000] * 60)[:-2], (400, 431, None)),
    Spelling("thirty empty lines first", b"\r\n" * 30 + request("GET /healthz HTTP/1.1"), (400, 200, None)),
]  # fmt: skip

SPELLINGS = [*TWO_LENGTHS, *NAMES, *CODINGS, *LINES, *CHUNKS, *TARGETS, *SIZES]


def statuses_of(answers: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) [A-Z]", answers)]


def exchange(site: RunningSite, data: bytes) -> bytes:
    """Send bytes, then nothing more; return what comes back until the site closes."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as connection:
        pieces = []
        with suppress(ConnectionError):
            connection.sendall(data)
        with suppress(OSError):  # it may have ended, and been closed by the site
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while piece := connection.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)
