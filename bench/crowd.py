"""Twenty clients that ask as fast as they are answered: through the gateway, and straight to the unix socket, in turns.

The clients are one loop over sockets with the frames made beforehand, so that they cost next to nothing themselves.
"""

from __future__ import annotations

import base64
import os
import selectors
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

import psutil

CLIENTS = 20
QUESTION = b'420["add",2,3]'
ANSWER = b"\x81\x06430[5]"


class Asker:
    """One Socket.IO client on one WebSocket, which asks again whenever it is answered."""

    def __init__(self, connection: socket.socket, path: str) -> None:
        self.socket = connection
        connection.settimeout(30)
        key = base64.b64encode(os.urandom(16)).decode()
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {_host_of(connection)}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._rest = b""
        self._read_until(b"maxPayload")
        connection.sendall(masked(b"40"))
        self._read_until(b"40{")
        self._read_until(b"}")
        self._rest = b""
        self.asked = 0.0

    def close(self) -> None:
        """Close its connection."""
        self.socket.close()

    def ask(self) -> None:
        """Send one event that wants an acknowledgement."""
        self.asked = time.perf_counter()
        self.socket.sendall(_QUESTION)

    def answered(self) -> bool:
        """Take what has come; answer pings; return whether the acknowledgement was in it."""
        self._rest += self.socket.recv(65536)
        if b"\x81\x012" in self._rest:
            self._rest = self._rest.replace(b"\x81\x012", b"")
            self.socket.sendall(masked(b"3"))
        if ANSWER not in self._rest:
            return False
        self._rest = self._rest.replace(ANSWER, b"")
        return True

    def _read_until(self, words: bytes) -> None:
        while words not in self._rest:
            data = self.socket.recv(65536)
            assert data, self._rest
            self._rest += data
        self._rest = self._rest[self._rest.index(words) + len(words) :]


@dataclass
class Told:
    """What came of the turns of one way."""

    events_per_second: list[float] = field(default_factory=list)
    gateway_us: list[float] = field(default_factory=list)
    """Processor time of the web process for each event, in microseconds."""
    server_us: list[float] = field(default_factory=list)
    """The same of the learner's server."""
    took: list[float] = field(default_factory=list)
    """Seconds of each acknowledged event."""


def crowd(
    ways: dict[str, Callable[[], Asker]], gateway: int, server: int, *, turns: int = 4, seconds: float = 2.0
) -> dict[str, Told]:
    """Let the clients of each way ask in turns; `gateway` and `server` are the processes that are measured."""
    told = {way: Told() for way in ways}
    with ExitStack() as stack:
        askers = {
            way: [stack.enter_context(closing(connect())) for _ in range(CLIENTS)] for way, connect in ways.items()
        }
        for turn in range(turns + 1):
            for way, members in askers.items():
                before = [_processor(gateway), _processor(server)]
                took = list(_asking(members, seconds))
                after = [_processor(gateway), _processor(server)]
                if turn:
                    told[way].events_per_second.append(len(took) / seconds)
                    told[way].gateway_us.append((after[0] - before[0]) / len(took) * 1e6)
                    told[way].server_us.append((after[1] - before[1]) / len(took) * 1e6)
                    told[way].took += took
    return told


def beside_direct(told: dict[str, Told]) -> Iterator[tuple[str, float, str, float | None]]:
    """Yield name, value, unit and goal of each figure of the way `gateway` beside `direct`."""
    gateway, direct = told["gateway"], told["direct"]
    yield f"{CLIENTS} clients: events, through the gateway", statistics.median(gateway.events_per_second), "/s", None
    yield "  straight to the unix socket", statistics.median(direct.events_per_second), "/s", None
    for name, share in (("median", 0.5), ("99th of a hundred", 0.99)):
        yield (
            f"  an answer against direct, {name}",
            quantile(gateway.took, share) / quantile(direct.took, share),
            "x",
            None,
        )
    # The server's share of an event is the same on both ways, so its processor time says what a third of it is.
    cost = statistics.median(gateway.gateway_us) / statistics.median(gateway.server_us)
    yield "  processor time against the learner's server", cost, "x", 1 / 3


def quantile(values: list[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def masked(payload: bytes) -> bytes:
    """Return a client's text frame with a mask of zeros."""
    return bytes([0x81, 0x80 | len(payload)]) + bytes(4) + payload


_QUESTION = masked(QUESTION)


def _asking(askers: list[Asker], seconds: float) -> Iterator[float]:
    """Yield how long each event took, until the time is over and everybody was answered."""
    with selectors.DefaultSelector() as selector:
        for asker in askers:
            selector.register(asker.socket, selectors.EVENT_READ, asker)
            asker.ask()
        end = time.perf_counter() + seconds
        waiting = len(askers)
        while waiting:
            for key, _ in selector.select(10) or [(None, 0)]:
                assert key is not None, "nobody is answered any more"
                if key.data.answered():
                    now = time.perf_counter()
                    yield now - key.data.asked
                    if now < end:
                        key.data.ask()
                    else:
                        waiting -= 1


def _processor(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def _host_of(connection: socket.socket) -> str:
    return "localhost" if connection.family == socket.AF_UNIX else f"127.0.0.1:{connection.getpeername()[1]}"
