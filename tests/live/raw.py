"""A client of the course's own Socket.IO that sends whatever it likes, byte by byte."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.stage.page import LESSON

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0
MASK = b"\1\2\3\4"


def frame(payload: bytes, opcode: int = TEXT, *, fin: bool = True, masked: bool = True, length: int = -1) -> bytes:
    """Return a WebSocket frame; `length` announces another length than the payload's."""
    size = len(payload) if length < 0 else length
    head = bytes([(0x80 if fin else 0) | opcode])
    bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 1 << 16:
        head += bytes([bit | 126]) + struct.pack("!H", size)
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", size)
    if not masked:
        return head + payload
    key = (MASK * (len(payload) // 4 + 1))[: len(payload)]
    body = (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(len(payload))
    return head + MASK + body


def cookie_of(url: str) -> str:
    """Return the cookie of a new learner."""
    with requests.Session() as browser:
        browser.get(f"{url}/", timeout=10).raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


class Raw:
    """One TCP connection with a WebSocket's handshake done, on a lesson's namespace if a cookie is given."""

    def __init__(self, url: str, cookie: str = "", *, address: str = "", headers: str = "") -> None:
        place = urlsplit(url)
        self.socket = socket.create_connection((place.hostname, place.port), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        forwarded = f"X-Forwarded-For: {address}\r\n" if address else ""
        told = f"Cookie: {cookie}\r\n" if cookie else ""
        self.socket.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"{told}{forwarded}{headers}\r\n".encode()
        )
        self._bytes = b""
        self._kept: list[str] = []
        self.status = self._head()
        if self.status == 101:
            self.receive()  # the Engine.IO handshake
        if cookie:
            self.connect()

    def connect(self, namespace: str = LESSON) -> str:
        self.say(f"40{namespace},")
        return self.heard(f"4{{kind}}{namespace},", kinds="04")

    def say(self, text: str) -> None:
        self.socket.sendall(frame(text.encode()))

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, event: str, payload: object, ack: int = 1) -> dict:
        self.say(f"42{LESSON},{ack}{json.dumps([event, payload])}")
        return json.loads(self.heard(f"43{LESSON},{ack}"))[0]

    def heard(self, prefix: str, *, kinds: str = "") -> str:
        """Wait for a message with that beginning, and return the rest of it; others are kept for later."""
        beginnings = tuple(prefix.format(kind=kind) for kind in kinds) or (prefix,)
        for text in self._kept:
            if text.startswith(beginnings):
                self._kept.remove(text)
                return text.removeprefix(beginnings[0])
        while True:
            opcode, data = self.receive()
            assert opcode != CLOSE, data
            if data.decode().startswith(beginnings):
                return data.decode().removeprefix(beginnings[0])
            self._kept.append(data.decode())

    def receive(self) -> tuple[int, bytes]:
        """Return opcode and payload of the next frame; (8, b"") when the connection has gone without a Close."""
        head = self._take(2)
        size = head[1] & 0x7F if head else 0
        if size == 126:
            size = int.from_bytes(self._take(2))
        elif size == 127:
            size = int.from_bytes(self._take(8))
        payload = self._take(size)
        if (head[:1], payload) == (b"\x81", b"2"):  # a heartbeat
            self.say("3")
        return (head[0] & 0x0F if head else CLOSE), payload

    def closed(self) -> tuple[int, str]:
        """Wait for the end, and return the close code and reason; 0 when there was none."""
        while True:
            opcode, data = self.receive()
            if opcode == CLOSE:
                return (int.from_bytes(data[:2]), data[2:].decode()) if data else (0, "")

    def close(self) -> None:
        self.socket.close()

    def _take(self, count: int) -> bytes:
        while len(self._bytes) < count:
            try:
                more = self.socket.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                return b""
            self._bytes += more
        taken, self._bytes = self._bytes[:count], self._bytes[count:]
        return taken

    def _head(self) -> int:
        while b"\r\n\r\n" not in self._bytes:
            more = self.socket.recv(65536)
            if not more:
                return 0
            self._bytes += more
        head, _, self._bytes = self._bytes.partition(b"\r\n\r\n")
        return int(head.split()[1])


@contextmanager
def raw(url: str, cookie: str = "", **more: str) -> Iterator[Raw]:
    """Open a connection for a while."""
    there = Raw(url, cookie, **more)
    try:
        yield there
    finally:
        there.close()


def resident_mb(pid: int) -> float:
    """Return the memory of a process as it is."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor_seconds(pid: int) -> float:
    """Return what a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def answers(url: str) -> bool:
    """Return whether the site still answers within a few seconds."""
    began = time.monotonic()
    return requests.get(f"{url}/healthz", timeout=20).ok and time.monotonic() - began < 10
