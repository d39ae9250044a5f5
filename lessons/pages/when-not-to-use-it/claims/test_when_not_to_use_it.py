"""What the page says about behaviour, seen to be true."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.stage.people import people
from tests.stage.serving import PATIENCE, Served, examples_of, serving

pytestmark = pytest.mark.programs


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    with examples_of(Path(__file__).parents[1] / "examples", cold="event_stream") as examples:
        yield examples


class Stream:
    """An event stream, read as a browser reads it."""

    def __init__(self, answer: HTTPResponse) -> None:
        self.answer = answer

    def next(self) -> tuple[str, str]:
        """Return the id and the text of the next event; comments are skipped, as a browser does."""
        fields: dict[str, str] = {}
        while "data" not in fields:
            name, _, value = self.answer.readline().decode().rstrip("\n").partition(": ")
            fields[name] = value
        return fields["id"], json.loads(fields["data"])


@contextmanager
def streaming(served: Served, last: str = "") -> Iterator[Stream]:
    request = urllib.request.Request(f"{served.url}/events", headers={"Last-Event-ID": last} if last else {})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        assert answer.headers.get_content_type() == "text/event-stream"
        yield Stream(answer)


def test_a_plain_route_pushes_news_over_an_event_stream(example: Mapping[str, Served]) -> None:
    served = example["event_stream"]
    with people(served, "/") as (ada,), streaming(served) as stream:
        ada.ask("publish", "two\nlines")
        number, text = stream.next()
        assert text == "two\nlines"
        assert ada.heard() == [("news", "two\nlines")]
    with people(served, "/") as (ada,), streaming(served, last=number) as stream:
        ada.ask("publish", "later")
        assert stream.next() == (str(int(number) + 1), "later")


def test_an_event_stream_catches_up_and_a_socket_does_not(example: Mapping[str, Served]) -> None:
    served = example["event_stream"]
    with people(served, "/") as (ada,):
        ada.ask("publish", "before")
        with streaming(served) as stream:
            number, _ = stream.next()
        for text in ("missed", "missed too"):
            ada.ask("publish", text)
        with people(served, "/") as (ben,):
            assert ben.heard() == []
        with streaming(served, last=number) as stream:
            heard = [stream.next()[1]]
            while heard[-1] != "missed too":
                heard.append(stream.next()[1])
            assert "missed" in heard


def test_writes_to_a_reader_that_reads_no_more_go_on_succeeding(tmp_path: Path) -> None:
    """Its machine is asleep, or out of reach: it has closed nothing, and reads nothing."""
    program = (Path(__file__).parents[1] / "examples/event_stream.py").read_text()
    line = '                yield f"id: {seen}\\ndata: {json.dumps(text)}\\n\\n"\n'
    assert line in program
    program = program.replace(line, line + '                print("written", seen)\n')
    with serving(program, tmp_path) as served, people(served, "/") as (ada,), streaming(served):
        for number in range(1, 14):
            ada.ask("publish", f"news {number}")
            served.wait_for_line(f"written {number}")


def test_who_knows_the_newest_version_gets_204_and_no_body(example: Mapping[str, Served]) -> None:
    served = example["now_and_then"]

    def look(seen: int) -> tuple[int, bytes]:
        with urllib.request.urlopen(f"{served.url}/menu?seen={seen}", timeout=PATIENCE) as answer:
            return answer.status, answer.read()

    status, body = look(0)
    menu = json.loads(body)
    assert (status, menu["dish"]) == (200, "soup")
    assert look(menu["version"]) == (204, b"")
    with people(served, "/") as (cook,):
        cook.ask("cook", "curry")
    status, body = look(menu["version"])
    assert (status, json.loads(body)["dish"]) == (200, "curry")


def test_a_broadcast_is_a_frame_for_each_client(example: Mapping[str, Served]) -> None:
    with people(example["newest_only"], "/", "/", "/") as crowd:
        crowd[0].ask("every_change", "ACME", 7)
        assert [person.heard() for person in crowd] == [[("price", "ACME", 7)]] * 3


def test_a_hundred_changes_become_a_few_messages_and_the_last_price_is_right(example: Mapping[str, Served]) -> None:
    with people(example["newest_only"], "/", "/") as (ada, ben):
        for price in range(100):
            ada.ask("change", "ACME", price)
        messages = [ben.waits_for("prices")]
        while messages[-1][1]["ACME"] != 99:
            messages.append(ben.waits_for("prices"))
        assert len(messages) < 50
