"""Attacks on how the site is served: by spellings, by names, by silence, by headers that only a proxy may set.

Each case has the layer that must refuse it, what it does with the running site, and the outcome that is expected, in the
words of the attack table. `attempt` returns the outcome that was seen.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import requests

from tests.serve.framing import PATIENCE, SPELLINGS, Spelling, exchange, request, statuses_of
from tests.stage.running_site import RunningSite

REFUSED = "refused"
CONTAINED = "contained"


@dataclass(frozen=True)
class SiteCase:
    name: str
    layer: str
    expected: str
    attempt: Callable[[RunningSite], str]


def is_read_once(spelling: Spelling, site: RunningSite) -> str:
    statuses = statuses_of(exchange(site, spelling.data))
    first = statuses[0] if statuses else None
    return CONTAINED if len(statuses) <= 1 and first in spelling.allowed else f"answered {statuses}"


UPGRADE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: c2l4dGVlbiBieXRlcy4uLg==",
)
PLACES = {
    "a page": ("GET / HTTP/1.1", ()),
    "a change": ("POST /notes HTTP/1.1", ("Content-Length: 0",)),
    "a static file": ("GET /static/no-such-file.js HTTP/1.1", ()),
    "the course's long-polling": ("GET /socket.io/?EIO=4&transport=polling HTTP/1.1", ()),
    "the course's WebSocket": ("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", UPGRADE),
    "a learner's page": ("GET /sandbox/w1-none/A/ HTTP/1.1", ()),
    "a learner's WebSocket": ("GET /sandbox/w1-none/A/socket.io/?EIO=4&transport=websocket HTTP/1.1", UPGRADE),
}
NAMES = {
    "a stranger's name": b"Host: evil.example",
    "a stranger's name with our port": b"Host: evil.example:5000",
    "a name that begins with ours": b"Host: localhost.evil.example",
    "two names in one": b"Host: localhost,evil.example",
    "a name with a user": b"Host: localhost@evil.example",
    "an empty name": b"Host:",
    "no name": b"",
    "the machine's number written as one": b"Host: 2130706433",
}


def does_not_know(first: str, lines: tuple[str, ...], host: bytes, site: RunningSite) -> str:
    statuses = statuses_of(exchange(site, request(first, *lines, host=host)))
    return REFUSED if statuses in ([400], [421]) else f"answered {statuses}"


def a_header_of_a_proxy_s(line: str, sign: bytes, site: RunningSite) -> str:
    """Claim what only a proxy may say, from this machine itself: TRUSTED_PROXIES says that there is none."""
    answer = exchange(site, request("GET / HTTP/1.1", line, "Connection: close"))
    return CONTAINED if statuses_of(answer) in ([200], [404]) and sign not in answer else f"believed: {answer[:400]!r}"


def pages_beside(said: bytes, count: int, site: RunningSite) -> str:
    """Open many connections, say something on each, and ask for a page beside them."""
    with ExitStack() as opened:
        for _ in range(count):
            connection = opened.enter_context(socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE))
            if said:
                connection.sendall(said)
        answer = requests.get(f"{site.url}/", timeout=PATIENCE)
    return CONTAINED if answer.ok else f"{answer.status_code}"


FORM = "/lessons/listening-to-events/notes"


def tiny_chunks(site: RunningSite) -> str:
    """Send ten thousand chunks of a byte each; no browser sends its bodies so."""
    lines = ("Content-Type: application/x-www-form-urlencoded", "Transfer-Encoding: chunked")
    said = request(f"POST {FORM} HTTP/1.1", *lines, body=b"1\r\nx\r\n" * 10_000)
    answer = exchange(site, said)
    return REFUSED if statuses_of(answer) == [400] else f"answered {answer[:200]!r}"


HALF = request("GET / HTTP/1.1")[:-2]

CASES = [
    *(SiteCase(each.name, "framing", CONTAINED, partial(is_read_once, each)) for each in SPELLINGS),
    *(
        SiteCase(f"{place} by {name}", "names", REFUSED, partial(does_not_know, first, lines, host))
        for name, host in NAMES.items()
        for place, (first, lines) in PLACES.items()
        if place in ("a page", "the course's WebSocket") or name == "a stranger's name"
    ),
    SiteCase("SCRIPT_NAME as a header", "headers", CONTAINED, partial(a_header_of_a_proxy_s, "SCRIPT_NAME: /evil", b"/evil")),
    SiteCase("PATH_INFO as a header", "headers", CONTAINED, partial(a_header_of_a_proxy_s, "PATH_INFO: /evil", b" 404 ")),
    SiteCase("another host in X-Forwarded-Host", "headers", CONTAINED, partial(a_header_of_a_proxy_s, "X-Forwarded-Host: evil.example", b"evil")),
    SiteCase("a scheme in X-Forwarded-Proto", "headers", CONTAINED, partial(a_header_of_a_proxy_s, "X-Forwarded-Proto: https", b"https://localhost")),
    SiteCase("300 silent connections", "time limits", CONTAINED, partial(pages_beside, b"", 300)),
    SiteCase("a body in chunks of a byte", "time limits", REFUSED, tiny_chunks),
    SiteCase("300 halves of a head", "time limits", CONTAINED, partial(pages_beside, HALF, 300)),
]  # fmt: skip
