"""Real processes for the gateway's tests: one learner's server, and the gateway before it under three web servers."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SERVERS = ("werkzeug", "pywsgi", "gunicorn")
RUNNING = "w1-" + "a" * 32
ENDED = "w1-" + "b" * 32
NOBODY = "w1-" + "c" * 32
"""Ready by its state, but nothing listens on its socket."""
HOSTILE = "w1-" + "d" * 32
"""Served by `hostile_server.py`, where a test starts it."""
FUZZED = "w1-" + "e" * 32
"""Served by a test itself; it may do as much as it likes."""
KEY = base64.b64encode(b"sixteen bytes...").decode()


@contextmanager
def running(program, *arguments, errors=None):
    """Run a program of this folder until the block ends; its errors go to a file, or into the test's output."""
    process = subprocess.Popen(
        [sys.executable, HERE / program, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=errors,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[2])},
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def until(condition, seconds=10.0):
    """Wait for a condition; fails when it does not come true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
    return found


def accepts(family, address):
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        return probe.connect_ex(address) == 0


@dataclass(frozen=True)
class Front:
    """The gateway, served."""

    server: str
    port: int
    errors: Path
    """What the web server and the gateway wrote on stderr."""

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def prefix(self, client="A", sandbox=RUNNING):
        return f"/sandbox/{sandbox}/{client}"

    def trace(self, client):
        return [(row["direction"], row["frame"]) for row in self.state(client)["rows"]]

    def state(self, client=""):
        with urllib.request.urlopen(f"{self.base}/trace?client={client}") as answer:
            return json.load(answer)

    def marks(self, client):
        return [(mark["kind"], mark.get("frame", "")) for mark in self.state(client)["marks"]]

    def fault(self, client, kind, amount=0, direction=""):
        """Put a fault in force; returns what is in force then."""
        query = f"client={client}&kind={kind}&amount={amount}&direction={direction}"
        with urllib.request.urlopen(f"{self.base}/fault?{query}") as answer:
            return json.load(answer)

    def journal(self):
        """Return what the learner's server was asked, as "METHOD path" strings."""
        return json.loads(self.request("GET", "/journal", client="J").body)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def raw(self, data, *, shut=False):
        """Send bytes on a fresh connection and return all that comes back until it closes or falls silent."""
        with closing(self.connect()) as connection:
            connection.settimeout(4)
            try:
                connection.sendall(data)
                if shut:
                    connection.shutdown(socket.SHUT_WR)
                pieces = []
                while piece := connection.recv(65536):
                    pieces.append(piece)
            except OSError:
                pass
            return b"".join(pieces)

    def request(self, method, path, *, client="A", sandbox=RUNNING, headers=(), body=b"", whole_path=None):
        """Send one request, byte for byte as given (no client library tidies paths or headers up)."""
        lines = [f"{method} {whole_path or self.prefix(client, sandbox) + path} HTTP/1.1"]
        given = {name.lower() for name, _ in headers}
        lines += [f"{name}: {value}" for name, value in headers]
        lines += [f"Host: {self.host}"] if "host" not in given else []
        lines += [f"Content-Length: {len(body)}"] if body and "content-length" not in given else []
        lines += ["Connection: close"] if "connection" not in given else []
        return Answer.parse(self.raw("\r\n".join([*lines, "", ""]).encode("latin-1") + body))

    def upgrade(self, path="/socket.io/?EIO=4&transport=websocket", *, client="A", sandbox=RUNNING, headers=()):
        """Open a WebSocket by hand; returns the connection and the answer's head."""
        connection = self.connect()
        lines = [
            f"GET {self.prefix(client, sandbox)}{path} HTTP/1.1",
            f"Host: {self.host}",
            "Upgrade: websocket",
            "Connection: keep-alive, Upgrade",
            f"Sec-WebSocket-Key: {KEY}",
            "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in headers),
        ]
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = connection.recv(1)
            if not byte:
                break
            head += byte
        return connection, Answer.parse(head)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def parse(cls, data):
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split()[1]) if first else 0
        headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        if ("transfer-encoding", "chunked") in headers:
            body = unchunk(body)
        return cls(status, headers, body)

    def header(self, name):
        return next((value for key, value in self.headers if key == name), None)

    @property
    def json(self):
        return json.loads(self.body)


def unchunk(body):
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        count = int(size, 16)
        whole, body = whole + rest[:count], rest[count + 2 :]
        if count == 0:
            break
    return whole


def read_all(connection):
    """Return what still comes until the other end closes."""
    pieces = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def client_frame(opcode, payload=b"", *, fin=True, masked=True, length=None):
    """Build a client's frame; `length` may lie."""
    length = len(payload) if length is None else length
    head = bytes([(fin << 7) | opcode])
    mask = 0x80 if masked else 0
    if length < 126:
        head += bytes([mask | length])
    elif length < 1 << 16:
        head += bytes([mask | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([mask | 127]) + length.to_bytes(8, "big")
    return head + (b"\0\0\0\0" if masked else b"") + payload
