"""Any bytes in any pieces, from clients and from learners' servers: the gateway stays whole, quiet and small.

Real traffic, mutated; over real sockets, through the web server of production. A case is made from its number alone.
"""

import base64
import hashlib
import socket
import threading
from contextlib import closing, suppress
from random import Random

import pytest

from tests.sandbox.gateway.stage import FUZZED, KEY, client_frame
from tests.stage.cases import cases
from tests.stage.footprint import does_not_grow
from tests.stage.mutations import cuts, mutated

pytestmark = [pytest.mark.programs, pytest.mark.fuzz]

SECONDS = 15.0
"""After so long without an end a connection hangs: the longest limit of time for a head is ten."""
MEMORY_MB = 12
REFUSED_BY_GUNICORN = "[WARNING] Invalid request from ip="
"""All that may be in the log: one line for a head that is none."""
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
ACCEPT = base64.b64encode(hashlib.sha1(KEY.encode() + GUID).digest())


def server_frame(first, payload=b""):
    size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + len(payload).to_bytes(2, "big")
    return bytes([first]) + size + payload


def sized(body, *lines, status=b"200 OK"):
    return b"HTTP/1.1 " + status + b"\r\n" + b"".join(lines) + b"Content-Length: %d\r\n\r\n" % len(body) + body


OPEN = b'0{"sid":"abcdefghijklmnop","upgrades":["websocket"],"pingTimeout":20000,"pingInterval":25000,"maxPayload":1000000}'
UPGRADED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
    + ACCEPT
    + b"\r\n\r\n"
)
ANSWERS = [
    sized(b"<!doctype html><title>learner</title>", b"Content-Type: text/html\r\n"),
    sized(OPEN, b"Content-Type: text/plain; charset=UTF-8\r\n"),
    sized(b"2\x1e42[1]\x1ebAAEC\x1e430[5]", b"Content-Type: text/plain\r\n"),
    sized(b"ok", b"Set-Cookie: io=abc; Path=/; HttpOnly; SameSite=Lax\r\n", b"Set-Cookie: a=b\r\n"),
    sized(b"", b"Location: http://localhost:5000/elsewhere\r\n", status=b"302 FOUND"),
    b"HTTP/1.1 100 Continue\r\n\r\n" + sized(b"behind it"),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX: y\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil it closes",
    b"HTTP/1.1 304 NOT MODIFIED\r\nETag: x\r\n\r\n",
    b"HTTP/1.1 204 NO CONTENT\r\n\r\n",
]
SERVER_FRAMES = [
    server_frame(0x81, OPEN),
    server_frame(0x81, b"2") + server_frame(0x81, b'40{"sid":"x"}'),
    server_frame(0x81, b'42["echoed",{"a":[1,2,null]}]') + server_frame(0x81, b"430[5]"),
    server_frame(0x81, b'451-["b",{"_placeholder":true,"num":0}]') + server_frame(0x82, b"\0\1\2"),
    server_frame(0x01, b"42[") + server_frame(0x89, b"?") + server_frame(0x00, b'"a"') + server_frame(0x80, b"]"),
    server_frame(0x81, b'42["' + b"x" * 900 + b'"]'),
    server_frame(0x88, b"\x03\xe8bye"),
]
CLIENT_FRAMES = [
    client_frame(1, b"40"),
    client_frame(1, b"40/custom," + b'{"token":"x"}') + client_frame(1, b"3"),
    client_frame(1, b'420["echo",{"a":[1,2.5,null]}]') + client_frame(1, b"431[7]"),
    client_frame(1, b'451-["b",{"_placeholder":true,"num":0}]') + client_frame(2, b"\0\1\2"),
    client_frame(1, b"42[", fin=False) + client_frame(9, b"?") + client_frame(0, b'"a"]'),
    client_frame(1, b"2probe") + client_frame(1, b"5"),
    client_frame(2, length=1 << 40),
    client_frame(8, b"\x03\xe8bye"),
]
LINES = {
    "GET": b"Accept: text/html\r\nCookie: io=abc; session=x\r\nOrigin: http://localhost:5173\r\n",
    "POST": b"Content-Type: text/plain;charset=UTF-8\r\n",
    "OPTIONS": b"Origin: http://localhost:5173\r\nAccess-Control-Request-Method: POST\r\n",
}
POLLING = "/socket.io/?EIO=4&transport=polling&sid=abcdefghijklmnop&t=x"


class Fuzzed:
    """The learner's server of this test. It answers one request after the other with the bytes that are due."""

    def __init__(self, path):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(64)
        self.due = [b""]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with closing(connection), suppress(OSError):
                connection.settimeout(SECONDS)
                self._answer(connection)

    def _answer(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        for piece in self.due:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass


@pytest.fixture(scope="module")
def fuzzed(learner_socket):
    with closing(Fuzzed(learner_socket + ".fuzzed")) as server:
        yield server


def head(front, method, path, *lines):
    first = f"{method} {front.prefix(sandbox=FUZZED)}{path} HTTP/1.1\r\nHost: {front.host}\r\n".encode()
    return first + b"".join(lines)


def requests_of(front):
    body = b'40\x1e42["echo",1]\x1ebAAEC'
    return [
        head(front, "GET", "/", LINES["GET"]) + b"\r\n",
        head(front, "GET", POLLING, LINES["GET"]) + b"\r\n",
        head(front, "POST", POLLING, LINES["POST"]) + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        head(front, "POST", "/form", LINES["POST"]) + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        head(front, "OPTIONS", POLLING, LINES["OPTIONS"]) + b"\r\n",
        head(front, "GET", "/client/") + b"\r\n",
        upgrade(front) + CLIENT_FRAMES[0],
    ]


def upgrade(front):
    return (
        head(front, "GET", "/socket.io/?EIO=4&transport=websocket", b"Upgrade: websocket\r\nConnection: Upgrade\r\n")
        + f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )


def said_by_the_client(front, dice):
    """Return what a client sends, and what the server, which means well, answers."""
    if dice.random() < 0.5:
        return upgrade(front) + mutated(dice, CLIENT_FRAMES), UPGRADED + dice.choice(SERVER_FRAMES)
    return mutated(dice, requests_of(front)), dice.choice(ANSWERS)


def said_by_the_server(front, dice):
    """Return the same the other way round."""
    if dice.random() < 0.5:
        return upgrade(front) + dice.choice(CLIENT_FRAMES[:5]), UPGRADED + mutated(dice, SERVER_FRAMES)
    return dice.choice(requests_of(front)[:3]), mutated(dice, [*ANSWERS, UPGRADED + SERVER_FRAMES[0]])


@pytest.mark.parametrize("said", [said_by_the_client, said_by_the_server])
def test_any_bytes_leave_the_gateway_whole(gunicorn, fuzzed, said):
    before = len(gunicorn.errors.read_text())

    def case(number):
        dice = Random(f"{said.__name__} {number}")
        sent, answered = said(gunicorn, dice)
        fuzzed.due = list(cuts(dice, answered))
        with closing(gunicorn.connect()) as connection:
            connection.settimeout(SECONDS)
            with suppress(ConnectionError):
                for piece in cuts(dice, sent):
                    connection.sendall(piece)
                connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionError):
                while connection.recv(65536):
                    pass

    def logged():
        lines = gunicorn.errors.read_text()[before:].splitlines()
        return "\n".join(line for line in lines if REFUSED_BY_GUNICORN not in line)

    pid = gunicorn.state()["pid"]
    does_not_grow(pid, cases(1000), case, memory=MEMORY_MB, quiet=logged)
    assert gunicorn.state()["pid"] == pid
    assert gunicorn.request("GET", "/seen").status == 200
