"""A request has one reading: no part of its body is ever answered as another request, whatever its spelling."""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress

import pytest

from tests.serve.framing import HIDDEN, SPELLINGS, Spelling
from tests.stage.running_site import RunningSite

PATIENCE = 30.0
FOLLOWED = b"GET /the-next-request HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def all_of(answers: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) [A-Z]", answers)]


def exchange(site: RunningSite, data: bytes) -> bytes:
    """Send bytes, then nothing more; return what comes back until the site closes."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as connection:
        pieces = []
        with suppress(ConnectionError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while piece := connection.recv(65536):
                pieces.append(piece)
        return b"".join(pieces)


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda spelling: spelling.name)
def test_no_body_is_answered_as_a_request(served: RunningSite, spelling: Spelling) -> None:
    statuses = all_of(exchange(served, spelling.data))
    first = statuses[0] if statuses else None
    assert first in spelling.allowed
    assert len(statuses) <= 1
    assert served.errors() == ""


def test_one_request_may_follow_another(served: RunningSite) -> None:
    assert all_of(exchange(served, HIDDEN + HIDDEN + FOLLOWED)) == [404, 404, 404]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("path", ["/healthz", "/no-such-page", "/static/no-such-file.js", "/sandbox/w1-none/A/"])
def test_whoever_asks_for_the_end_is_told_of_it(served: RunningSite, method: str, path: str) -> None:
    asked = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    head = exchange(served, asked.encode()).partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nconnection: close" in head


def test_the_end_comes_at_once_and_not_when_the_client_gives_up(served: RunningSite) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as connection:
        connection.sendall(FOLLOWED)
        since = time.monotonic()
        while connection.recv(65536):
            pass
        assert time.monotonic() - since < PATIENCE / 2
