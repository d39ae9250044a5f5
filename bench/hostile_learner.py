"""The hostile learner of `bench.hostile`, in a process of its own: ``python -m bench.hostile_learner KIND URL``.

It does its harm between the lines ``on`` and ``off`` of its input, as fast as the site lets it, on connections of one
address, and answers each line once it has begun, or ended. Each time it comes with fresh cookies.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import resource
import selectors
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import requests

from bench.crowd import masked
from bench.forwarded import PageFrom
from tests.live.raw import CONTINUATION, PING, TEXT, Raw, frame
from tests.stage.page import LESSON

ADDRESS = "203.0.113.9"
PAGES = 6
SILENT = 1000
COOKIES = 100
FULL_SIZE = 180_000
"""Bytes of a program that is nearly as large as one may be."""

ANSWERS = """
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")

@socketio.on("add")
def add(a, b):
    return a + b

socketio.run(app)
"""
SENDS_FOR_EVER = """
import base64, hashlib
from flask import Flask, request

app = Flask(__name__)
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CHUNKED = b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
KINDS = {
    "heads": (b"", b"HTTP/1.1 100 Continue\\r\\n\\r\\n"),
    "lines": (b"HTTP/1.1 200 OK\\r\\n", b"X: y\\r\\n"),
    "chunks": (CHUNKED, b"1\\r\\nx\\r\\n"),
    "pings": (b"", b"\\x89\\x00"),
    "texts": (b"", b"\\x81\\x014"),
}

@app.get("/<kind>")
def send(kind):
    first, piece = KINDS[kind]
    connection = request.environ["werkzeug.socket"]
    key = request.headers.get("Sec-WebSocket-Key", "").encode()
    if key:
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        first = (b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
                 b"Sec-WebSocket-Accept: " + accept + b"\\r\\n\\r\\n")
    connection.sendall(first)
    while True:
        connection.sendall(piece * 4000)

app.run()
"""


class Harm:
    """What one kind of harm has open, and whether it is over."""

    def __init__(self, url: str) -> None:
        self.url = url
        place = urlsplit(url)
        self.host, self.port = place.hostname or "", place.port or 0
        self.over = threading.Event()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.at_end: Callable[[], object] = bool
        """What is done when it is over, so that nothing of it goes on."""

    def go_on(self, act: Callable[[], object], times: int = 1) -> None:
        """Do it again and again, in so many threads; who is refused comes back at once."""

        def again() -> None:
            while not self.over.is_set():
                with suppress(OSError, AssertionError, ValueError, IndexError, KeyError, requests.RequestException):
                    act()
                self.over.wait(0.01)

        for _ in range(times):
            self._threads.append(threading.Thread(target=again, daemon=True))
            self._threads[-1].start()

    def connect(self) -> socket.socket:
        """Open a connection, which is closed with the harm."""
        return self.keep(socket.create_connection((self.host, self.port), timeout=20))

    def keep(self, connection: socket.socket) -> socket.socket:
        """Close this connection with the harm, too."""
        self._sockets = [each for each in self._sockets if each.fileno() >= 0]
        self._sockets.append(connection)
        if self.over.is_set():
            connection.close()
        return connection

    def page(self, cookie: str) -> Raw:
        """Open a lesson's page."""
        page = Raw(self.url, cookie, address=ADDRESS)
        self.keep(page.socket)
        return page

    def cookie(self) -> str:
        """Return the cookie of a new learner."""
        with requests.Session() as browser:
            browser.get(f"{self.url}/", headers={"X-Forwarded-For": ADDRESS}, timeout=20).raise_for_status()
            return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    def end(self) -> None:
        """Close everything."""
        self.over.set()
        for each in list(self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(5)
        with suppress(OSError, AssertionError, ValueError):  # the budget may be spent; then its program ends by a limit
            self.at_end()


def drop_what_comes(connection: socket.socket) -> None:
    """Read until the end."""
    with suppress(OSError):
        while connection.recv(1 << 18):
            pass


def flood(connection: socket.socket, pieces: Iterator[bytes]) -> None:
    """Send for ever, and read what comes, until the other side has had enough."""
    reading = threading.Thread(target=drop_what_comes, args=(connection,), daemon=True)
    reading.start()
    try:
        for piece in pieces:
            connection.sendall(piece)
            if not reading.is_alive():
                return
    finally:
        connection.close()


class Program:
    """A program of the hostile learner's, started again whenever it has ended."""

    def __init__(self, harm: Harm, source: str) -> None:
        self._harm, self._source = harm, source
        self._running = ""
        harm.go_on(self._run)

    def _run(self) -> None:
        with PageFrom(ADDRESS, self._harm.url) as page:
            while not self._harm.over.is_set():
                started = page.ask("run", {"exercise": "add-with-ack", "files": {"server.py": self._source}})
                if not started["ok"]:
                    self._harm.over.wait(1)
                    continue
                page.await_event("sandbox_state", state="ready", id=started["sandbox"]["id"])
                self._running = started["sandbox"]["id"]
                state = "ready"
                while state in ("ready", "idle_warning") and not self._harm.over.is_set():
                    with suppress(Exception):  # nothing was heard for a second
                        state = page.await_event("sandbox_state", timeout=1, id=self._running)["state"]
                self._running = ""
            page.ask("stop", {})

    def ask(self, path: str) -> socket.socket:
        """Send a request to it, through the gateway."""
        connection = self._harm.connect()
        connection.sendall(self._head(path) + b"Connection: close\r\n\r\n")
        return connection

    def upgrade(self, path: str) -> socket.socket:
        """Open a WebSocket to it, through the gateway."""
        connection = self._harm.connect()
        key = base64.b64encode(os.urandom(16))
        connection.sendall(
            self._head(path) + b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: " + key + b"\r\n\r\n"
        )
        assert b" 101 " in connection.recv(4096)
        return connection

    def _head(self, path: str) -> bytes:
        assert self._running, "it does not run just now"
        return (
            f"GET /sandbox/{self._running}/A{path} HTTP/1.1\r\nHost: {self._harm.host}:{self._harm.port}\r\n"
            f"X-Forwarded-For: {ADDRESS}\r\n"
        ).encode()


def says(event: str, files: Callable[[int], Mapping[str, str]]) -> Callable[[Harm], None]:
    """Return the harm of saying one event for ever on several pages of one learner, without waiting for answers."""

    def begin(harm: Harm) -> None:
        cookie = harm.cookie()
        harm.at_end = lambda: Raw(harm.url, cookie, address=ADDRESS).ask("stop", {})

        def messages() -> Iterator[bytes]:
            for number in itertools.count():
                said = [event, {"exercise": "add-with-ack", "files": files(number)}]
                yield frame(f"42{LESSON},{number}{json.dumps(said)}".encode())

        harm.go_on(lambda: flood(harm.page(cookie).socket, messages()), PAGES)

    return begin


def events(harm: Harm) -> None:
    """Send events through six tunnels."""
    program = Program(harm, ANSWERS)
    connected = masked(b"40")
    questions = masked(b'420["add",2,3]') * 100
    path = "/socket.io/?EIO=4&transport=websocket"
    harm.go_on(lambda: flood(program.upgrade(path), itertools.chain([connected], itertools.repeat(questions))), 6)


def giant_frames(harm: Harm) -> None:
    """Send frames that announce 100 MB, to a program of one's own and to the course."""
    program, cookie = Program(harm, ANSWERS), harm.cookie()
    piece = bytes(1 << 18)

    def giant(payload: bytes) -> Iterator[bytes]:
        yield frame(payload, TEXT, length=100_000_000)
        yield from itertools.repeat(piece, 400)

    path = "/socket.io/?EIO=4&transport=websocket"
    harm.go_on(lambda: flood(program.upgrade(path), giant(b"4")), 3)
    harm.go_on(lambda: flood(harm.page(cookie).socket, giant(b"4")), 3)


def endless_heads(harm: Harm) -> None:
    """Answer with interim heads and lines for ever; and send heads without an end to the course."""
    program = Program(harm, SENDS_FOR_EVER)
    for kind in ("/heads", "/lines"):
        harm.go_on(lambda kind=kind: drop_what_comes(program.ask(kind)), 2)  # type: ignore[misc]
    head = f"GET / HTTP/1.1\r\nHost: {harm.host}\r\n".encode()
    harm.go_on(lambda: flood(harm.connect(), itertools.chain([head], itertools.repeat(b"X: y\r\n"))), 3)


def tiny_frames(harm: Harm) -> None:
    """Send pings without content and texts of a byte, in both directions; and pings to the course."""
    program, cookie = Program(harm, SENDS_FOR_EVER), harm.cookie()
    for kind in ("/pings", "/texts"):
        harm.go_on(lambda kind=kind: drop_what_comes(program.upgrade(kind)), 2)  # type: ignore[misc]
        harm.go_on(lambda kind=kind: flood(program.upgrade(kind), itertools.repeat(masked(b"4") * 4000)), 1)  # type: ignore[misc]
    tiny = (frame(b"", PING) + frame(b"", CONTINUATION, fin=False)) * 2000
    harm.go_on(
        lambda: flood(harm.page(cookie).socket, itertools.chain([frame(b"4", fin=False)], itertools.repeat(tiny))), 2
    )


def tiny_chunks(harm: Harm) -> None:
    """Answer in chunks of a byte for ever; and send bodies in such chunks to the course."""
    program = Program(harm, SENDS_FOR_EVER)
    harm.go_on(lambda: drop_what_comes(program.ask("/chunks")), 3)
    head = (
        f"POST {LESSON}/notes HTTP/1.1\r\nHost: {harm.host}:{harm.port}\r\nTransfer-Encoding: chunked\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    ).encode()
    harm.go_on(lambda: flood(harm.connect(), itertools.chain([head], itertools.repeat(b"1\r\nx\r\n" * 1000))), 3)


def silence(harm: Harm) -> None:
    """Hold a thousand connections on which nothing is said; what the site closes is opened again."""
    selector = selectors.DefaultSelector()

    def hold() -> None:
        while len(selector.get_map()) < SILENT and not harm.over.is_set():
            selector.register(harm.connect(), selectors.EVENT_READ)
        for key, _ in selector.select(0.2):
            selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]

    harm.go_on(hold)


def cookies(harm: Harm) -> None:
    """Come with a hundred fresh cookies, each of which runs and checks."""
    files = {"server.py": ANSWERS}

    def visit() -> None:
        page = harm.page(harm.cookie())
        for number in itertools.count(1):
            for event in ("run", "check"):
                page.ask(event, {"exercise": "add-with-ack", "files": files}, ack=number)
                page._kept.clear()

    harm.go_on(visit, COOKIES)


KINDS: Mapping[str, Callable[[Harm], None]] = {
    "runs": says("run", lambda number: {"server.py": f"while True: {number}"}),
    "checks": says("check", lambda number: {"server.py": f"{ANSWERS}# {number}"}),
    "saves": says("save", lambda number: {"server.py": f"# {number}\n" + "x = 1\n" * (FULL_SIZE // 6)}),
    "events": events,
    "giant-frames": giant_frames,
    "endless-heads": endless_heads,
    "tiny-frames": tiny_frames,
    "tiny-chunks": tiny_chunks,
    "silence": silence,
    "cookies": cookies,
}
"""Each a kind of harm, which begins it and returns."""


def main(kind: str, url: str) -> None:
    """Do harm when told to."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    threading.excepthook = lambda _: None
    harm = Harm(url)
    for line in sys.stdin:
        if line.strip() == "on":
            harm = Harm(url)
            KINDS[kind](harm)
        else:
            harm.end()
        print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
