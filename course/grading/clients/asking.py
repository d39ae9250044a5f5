"""A connection on which requests leave as the gateway would pass them on.

The libraries write their own heads: another Host, other headers in another order, head and body apart. A program that
looked at those would know who checks it. So a head is held back until it is whole, and written anew.
"""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course import server_request

OURS = "http://sandbox"
"""The address that the libraries are given. As the origin of a page it is one of the sandbox's own."""
_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Door:
    """Where a learner's server listens, and as whom it is asked."""

    path: Path
    """Its unix socket."""
    client: str = "A"
    """The client's tag, as the page's clients have one."""


def tags() -> Iterator[str]:
    """Yield the tags that the clients of a page get, in their order: A, B, C…"""
    for number in itertools.count():
        yield chr(ord("A") + number) if number < 26 else f"C{number}"


def knock(door: Door, timeout: float | None) -> socket.socket:
    """Return a socket that is connected to the server behind the door.

    Raises:
        OSError: nothing listens there.
    """
    connection = AskingSocket(door)
    connection.settimeout(timeout)
    try:
        connection.connect(str(door.path))
    except OSError:
        connection.close()
        raise
    return connection


class AskingSocket(socket.socket):
    """A stream socket to a learner's server.

    Args:
        door: where it leads; its client is named in every request.
    """

    def __init__(self, door: Door) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self._door = door
        self._held = b""
        self._upgraded = False

    def send(self, data: Any, *flags: Any) -> int:
        """Send, or hold back what is not a whole request yet. Returns how much was taken."""
        if self._upgraded:
            return super().send(data, *flags)
        self.sendall(data, *flags)
        return len(data)

    def sendall(self, data: Any, *flags: Any) -> None:
        """Send all, or hold back what is not a whole request yet."""
        if not self._upgraded:
            data = self._whole_request(bytes(data))
        if data:
            super().sendall(data, *flags)

    def _whole_request(self, data: bytes) -> bytes:
        self._held += data
        head, end, body = self._held.partition(_END)
        if not end:
            return b""
        first, *lines = head.decode("latin-1").split("\r\n")
        given = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if len(body) < int(given.get("content-length", 0)):
            return b""
        method, target, _ = first.split(" ", 2)
        self._held = b""
        self._upgraded = "sec-websocket-key" in given
        return _head(method, target, self._headers(given), len(body)) + body

    def _headers(self, given: dict[str, str]) -> server_request.Headers:
        origin = server_request.ORIGIN if given.get("origin") == OURS else given.get("origin")
        headers = server_request.asked(given, client=self._door.client, origin=origin, cookie=given.get("cookie"))
        if self._upgraded:
            headers += server_request.upgrade(given["sec-websocket-key"], given.get("sec-websocket-protocol"))
        return headers


def _head(method: str, target: str, headers: server_request.Headers, length: int) -> bytes:
    lines = [f"{name}: {value}" for name, value in [*headers, *server_request.framing(method, length, headers)]]
    return "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode("latin-1")
