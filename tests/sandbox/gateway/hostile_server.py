"""A learner's server that does one kind of harm for each path: ``python hostile_server.py <socket path>``.

It has no mercy with itself: each connection has a thread that sends as fast as it is let. Byte patterns are made
beforehand, many at a time, so that the gateway is the slower one.
"""

import base64
import hashlib
import itertools
import re
import socket
import sys
import threading
import time
from contextlib import closing, suppress

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def frame(first, payload=b""):
    return bytes([first, len(payload)]) + payload


def for_ever(piece, before=b""):
    """Send `before`, then the same again and again."""
    many = piece * max(1, 65536 // len(piece))
    return lambda: itertools.chain([before], itertools.repeat(many))


def dripping(piece, before=b"", seconds=0.001):
    """The same, but one piece at a time, and so slowly that each one wakes the reader."""

    def pieces():
        yield before
        while True:
            yield piece
            time.sleep(seconds)

    return pieces


def once(data):
    return lambda: [data]


def sized(body, *lines):
    return OK + b"".join(lines) + b"Content-Length: %d\r\n\r\n" % len(body) + body


ANSWERS = {
    "continue": for_ever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "early-hints": for_ever(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    "endless-head": for_ever(b"X: y\r\n", OK),
    "dripping-head": dripping(b"x", OK + b"X: "),
    "many-lines": for_ever(sized(b"ok", b"X:y\r\n" * 6000)),
    "many-cookies": for_ever(sized(b"ok", b"Set-Cookie: a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n" * 500)),
    "endless-body": for_ever(b"x" * 65536, OK + b"Connection: close\r\n\r\n"),
    "tiny-chunks": for_ever(b"1\r\nx\r\n", CHUNKED),
    "dripping-chunks": dripping(b"1\r\nx\r\n", CHUNKED, 0),
    "chunk-extensions": for_ever(b"1;" + b"e=f;" * 1000 + b"\r\nx\r\n", CHUNKED),
    "endless-trailers": for_ever(b"X: y\r\n", CHUNKED + b"0\r\n"),
    "many-packets": once(sized(b"\x1e" * 1_000_000)),
    "some-packets": once(sized(b"\x1e".join([b"42[1]"] * 15_000))),
    "deep-json": once(sized(b"0" + b'{"sid":' * 100_000)),
}
FRAMES = {
    "pings": for_ever(frame(0x89)),
    "dripping-pings": dripping(frame(0x89), seconds=0),
    "texts": for_ever(frame(0x81, b"4")),
    "empty-texts": for_ever(frame(0x81)),
    "fragments": for_ever(frame(0x00, b"x"), frame(0x01)),
    "empty-fragments": for_ever(frame(0x00), frame(0x01)),
    "large-messages": for_ever(b"\x82\x7f" + (200 * 1024).to_bytes(8, "big") + bytes(200 * 1024)),
    "sink": lambda: itertools.chain([b""], iter(lambda: time.sleep(60) or b"", None)),
}


def serve(connection):
    with closing(connection), suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head and (data := connection.recv(65536)):
            head += data
        kind = re.search(rb"/([a-z0-9-]+)", head)[1].decode()
        key = re.search(rb"sec-websocket-key: (\S+)", head, re.IGNORECASE)
        threading.Thread(target=read_on, args=(connection,), daemon=True).start()
        if key:
            accept = base64.b64encode(hashlib.sha1(key[1] + GUID).digest())
            connection.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
        for piece in (FRAMES if key else ANSWERS).get(kind, once(sized(b"ok")))():
            connection.sendall(piece)


def read_on(connection):
    with suppress(OSError):
        while connection.recv(65536):
            pass


if __name__ == "__main__":
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(64)
    while True:
        accepted, _ = listener.accept()
        threading.Thread(target=serve, args=(accepted,), daemon=True).start()
