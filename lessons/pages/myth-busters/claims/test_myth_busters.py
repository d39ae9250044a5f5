"""The four myths, each seen to fail."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import socketio

from tests.stage.quick_to_close import LEAVING_AT_ONCE
from tests.stage.serving import PATIENCE, Client, Served, client, examples_of

pytestmark = pytest.mark.programs

EXAMPLES = Path(__file__).parents[1] / "examples"
OVERLAP = Path(__file__).parents[3] / "03-listening-to-events/examples"


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    """The page's examples, each started when a test first asks for it."""
    with examples_of(EXAMPLES, cold="handshake_is_http") as started:
        yield started


def test_a_websocket_begins_as_an_http_request(example: Mapping[str, Served]) -> None:
    served = example["handshake_is_http"]
    assert requests.get(served.url, timeout=PATIENCE).text == "an ordinary page, from the same program"
    with client(served):
        served.wait_for_line("GET /socket.io/ | Upgrade: websocket")


def test_the_server_speaks_first(example: Mapping[str, Served]) -> None:
    with client(example["speaks_first"]) as silent:
        assert silent.next() == ("reminder", (1,))
        assert silent.next() == ("reminder", (2,))


def test_the_server_speaks_first_over_polling_too(example: Mapping[str, Served]) -> None:
    silent = socketio.SimpleClient(**LEAVING_AT_ONCE)
    silent.connect(example["speaks_first"].url, transports=["polling"])
    try:
        assert silent.transport == "polling"
        assert silent.receive(timeout=PATIENCE) == ["reminder", 1]
    finally:
        silent.disconnect()


def test_events_emitted_meanwhile_are_not_sent_later(example: Mapping[str, Served]) -> None:
    served = example["while_you_were_away"]
    with client(served) as there:
        with client(served) as traveller:
            there.ask("publish", "before")
            assert traveller.next()[1][1] == "before"
        there.ask("publish", "meanwhile")
        with client(served) as traveller:
            there.ask("publish", "after")
            number, text = traveller.next()[1]
            assert text == "after"
            assert traveller.ask("since", number - 2) == (["meanwhile", "after"],)


@contextmanager
def a_line_that_can_stand_still(served: Served) -> Iterator[tuple[str, threading.Event]]:
    """Give an address that leads to the server, and what lets bytes for the client pass."""
    flowing = threading.Event()
    flowing.set()
    door = socket.create_server(("127.0.0.1", 0))
    port = urlsplit(served.url).port

    def carry(source: socket.socket, target: socket.socket, *, wait: bool) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                if wait:
                    flowing.wait()
                target.sendall(data)

    def serve() -> None:
        with door.accept()[0] as near, socket.create_connection(("127.0.0.1", port)) as far:
            back = threading.Thread(target=carry, args=(far, near), kwargs={"wait": True}, daemon=True)
            back.start()
            carry(near, far, wait=False)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}", flowing
    finally:
        flowing.set()
        door.close()


def test_a_line_that_only_stood_still_delivers_everything(example: Mapping[str, Served]) -> None:
    served = example["while_you_were_away"]
    with client(served) as there, a_line_that_can_stand_still(served) as (address, flowing):
        traveller = Client(address)
        sid = traveller.sio.get_sid()
        flowing.clear()
        for text in ("one", "two", "three"):
            there.ask("publish", text)
        assert traveller.received.empty()
        flowing.set()
        assert [traveller.next()[1][1] for _ in range(3)] == ["one", "two", "three"]
        assert traveller.sio.get_sid() == sid
        traveller.close()


def test_who_asks_gets_what_was_missed(example: Mapping[str, Served]) -> None:
    served = example["while_you_were_away"]
    with client(served) as there:
        there.ask("publish", "one")
        number, _ = there.next()[1]
        there.ask("publish", "two")
    with client(served) as late:
        assert late.ask("since", number - 1) == (["one", "two"],)


def test_events_arrive_in_order_and_are_finished_out_of_order() -> None:
    with examples_of(OVERLAP) as lesson_three, client(lesson_three["overlap"]) as ada:
        served = lesson_three["overlap"]
        long = ada.emit("work", "long", 1.5)
        served.wait_for_line("long begins")
        short = ada.emit("work", "short", 0)
        assert short.get(timeout=PATIENCE) == ("short done",)
        assert long.get(timeout=PATIENCE) == ("long done",)
        served.wait_for_line("long ends")  # what a program prints has a way of its own, later than its frames
        lines = [line for line in served.lines if line.startswith(("long", "short"))]
        assert lines.index("long begins") < lines.index("long ends")
        assert lines.index("short ends") < lines.index("long ends")


def test_a_server_reaches_only_its_own_clients(example: Mapping[str, Served]) -> None:
    served = example["two_servers"]
    with client(served) as ada, client(served) as bob:
        assert requests.get(served.url + "/from-other", timeout=PATIENCE).text == "sent"
        assert requests.get(served.url + "/from-one", timeout=PATIENCE).text == "sent"
        for hearer in (ada, bob):
            assert hearer.next() == ("news", ("from the server you are connected to",))
            assert hearer.received.empty()
