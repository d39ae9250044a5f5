"""Every attack on how the site is served, in both modes: see cases.py."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serve.cases import CASES, SiteCase
from tests.serve.framing import HIDDEN, PATIENCE, SPELLINGS, Spelling, exchange, statuses_of
from tests.serve.modes import MODES
from tests.stage.cases import cases
from tests.stage.running_site import RunningSite

FOLLOWED = b"GET /the-next-request HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_holds_in_both_modes(served: RunningSite, case: SiteCase) -> None:
    assert case.attempt(served) == case.expected
    assert served.errors() == ""


@settings(max_examples=cases(40), deadline=None)
@given(
    st.sampled_from(SPELLINGS),
    st.sampled_from(MODES),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from([b"", b"\0", b"\n", b"\r", b" ", b"\xff", b"\r\n", b":", b"0", b"\r\n\r\n"]),
)
def test_no_change_of_a_byte_makes_it_fall(
    in_mode: Callable[[str], RunningSite], spelling: Spelling, mode: str, place: float, other: bytes
) -> None:
    site = in_mode(mode)
    at = int(place * len(spelling.data))
    answer = exchange(site, spelling.data[:at] + other + spelling.data[at + 1 :])
    assert not answer or statuses_of(answer)
    assert 500 not in statuses_of(answer)
    assert site.errors() == ""


def test_one_request_may_follow_another(served: RunningSite) -> None:
    assert statuses_of(exchange(served, HIDDEN + HIDDEN + FOLLOWED)) == [404, 404, 404]


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
