"""Anything that can be said on the course's own Socket.IO, in any order: the site stays whole, quiet and small.

What pages say, mutated; any JSON under every event's name; binary packets; frames and bodies that are none. Over real
sockets. A case is made from its number alone.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random
from typing import Any

import pytest
import requests

from course.live.packets import MESSAGE_BYTES
from course.live.requests import REQUESTS
from tests.live.raw import BINARY, CONTINUATION, LESSON, PING, TEXT, Raw, cookie_of, frame, raw
from tests.sandbox.attacks.site_cases import post, session
from tests.stage.cases import cases
from tests.stage.footprint import does_not_grow
from tests.stage.mutations import cuts, mutated, noise
from tests.stage.running_site import RunningSite

pytestmark = pytest.mark.fuzz

MEMORY_MB = 25
CASES_OF_A_LEARNER = 4
"""Then another one comes: who has nothing left of a budget would only wait."""
OPCODES = (TEXT,) * 12 + (BINARY, BINARY, CONTINUATION, PING, 8, 10, 3)
FIELDS = (
    "exercise files runtime to version base_version loaded before question choices text step kind client amount "
    "direction server.py"
).split()
NAMES = ("add-with-ack", "scratch", "starter", "solution", "threading", "delay", "kill", "A", "server.py", "../x")


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site behind one proxy, so that every case has an address of its own; it runs no programs."""
    running = RunningSite(tmp_path_factory.mktemp("fuzzed"), TRUSTED_PROXIES="1", SANDBOX="off").start()
    yield running
    running.stop()


def address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def any_json(dice: Random, depth: int = 0) -> Any:
    """Return a value such as a page may send, or such as none would."""
    kind = dice.randrange(9 if depth < 4 else 6)
    if kind == 0:
        return dice.choice((None, True, False))
    if kind == 1:
        return dice.choice((0, 1, -1, 2**31, 2**63, 10**40, 1.5, -0.0, 1e308))
    if kind == 2:
        return noise(dice, 12).decode("latin-1")
    if kind < 6:
        return dice.choice(NAMES)
    if kind == 6:
        return [any_json(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice(FIELDS): any_json(dice, depth + 1) for _ in range(dice.randrange(5))}


def event(dice: Random) -> bytes:
    """Return an event; its arguments are mostly one object, as every request has it."""
    name = dice.choice((*REQUESTS, "connect", "disconnect", "message", "nobody", "*"))
    said = {field: any_json(dice, 2) for field in dice.sample(FIELDS, dice.randrange(6))}
    args = [said] if dice.random() < 0.8 else [any_json(dice) for _ in range(dice.randrange(3))]
    ack = dice.choice(("", "1", "77"))
    return f"42{LESSON},{ack}{json.dumps([name, *args])}".encode()


PACKETS = [
    f"40{LESSON},".encode(),
    f"41{LESSON},".encode(),
    b"40/lessons/rooms,",
    b"40/nowhere,",
    f'43{LESSON},1[{{"ok":true}}]'.encode(),
    f'44{LESSON},{{"message":"no"}}'.encode(),
    f'451-{LESSON},1["save",{{"files":{{"_placeholder":true,"num":0}}}}]'.encode(),
    f'461-{LESSON},1[{{"_placeholder":true,"num":0}}]'.encode(),
    b"1",
    b"2probe",
    b"3",
    b"5",
    b"6",
    b"bAAEC",
]


def packet(dice: Random) -> bytes:
    """Return a packet, whole or mutated."""
    if dice.random() < 0.5:
        return event(dice)
    return mutated(dice, [*PACKETS, event(dice)])


def frames(dice: Random) -> bytes:
    """Return what a connection says, in frames that are right for the most part."""
    said = [
        frame(
            packet(dice),
            dice.choice(OPCODES),
            fin=dice.random() < 0.95,
            masked=dice.random() < 0.98,
        )
        for _ in range(dice.randint(1, 8))
    ]
    if dice.random() < 0.1:
        said.append(mutated(dice, said))
    if dice.random() < 0.03:
        said.append(frame(b"4" + b"x" * dice.choice((70_000, MESSAGE_BYTES, MESSAGE_BYTES + 1))))
    return b"".join(said)


def a_websocket(site: RunningSite, number: int, dice: Random, cookie: str) -> None:
    """Say everything at once, or in pieces; then nothing more."""
    page: Raw
    with raw(site.url, headers=f"Cookie: {cookie}\r\n", address=address(number)) as page, suppress(ConnectionError):
        if dice.random() < 0.9:
            page.connect()
        for piece in cuts(dice, frames(dice)):
            page.send(piece)
        page.socket.shutdown(socket.SHUT_WR)
        while page.socket.recv(65536):
            pass


def a_polling_page(site: RunningSite, number: int, dice: Random, cookie: str) -> None:
    """The same in bodies."""
    headers = {"Cookie": cookie, "X-Forwarded-For": address(number)}
    with suppress(requests.ConnectionError):
        sid = session(site.url, **headers)
        post(site.url, sid, f"40{LESSON},", **headers)
        for _ in range(dice.randint(1, 2)):
            body = b"\x1e".join(packet(dice) for _ in range(dice.randint(1, 5)))
            post(site.url, sid, body if dice.random() < 0.8 else noise(dice, 60) or b"b", **headers)
        post(site.url, sid, b"1", **headers)


@pytest.mark.parametrize(("way", "count"), [(a_websocket, 600), (a_polling_page, 100)])
def test_whatever_is_said_the_site_stays_as_it_is(
    own_site: RunningSite, way: Callable[[RunningSite, int, Random, str], None], count: int
) -> None:
    cookies: list[str] = []

    def case(number: int) -> None:
        if number % CASES_OF_A_LEARNER == 0:
            cookies[:] = [cookie_of(own_site.url)]
        way(own_site, number, Random(f"{way.__name__} {number}"), cookies[0])

    does_not_grow(own_site.pid, cases(count), case, memory=MEMORY_MB, quiet=own_site.errors)
    with raw(own_site.url, cookie_of(own_site.url)) as page:
        assert page.ask("stop", {}) == {"ok": True}
