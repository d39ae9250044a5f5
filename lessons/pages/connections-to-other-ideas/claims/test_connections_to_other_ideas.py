"""The three likenesses, seen to hold."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.stage.people import people
from tests.stage.serving import Served, examples_of, serving

pytestmark = pytest.mark.programs

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    with examples_of(EXAMPLES, cold="dispatcher") as examples:
        yield examples


def test_a_table_and_a_look_up_do_what_on_does(example: Mapping[str, Served]) -> None:
    with people(example["dispatcher"], "/") as (ada,):
        assert ada.ask("shout", "hello") == "HELLO"
        assert ada.ask("add", 2, 3) == 5
        assert ada.ask("dance") == "nobody listens to dance"


def test_the_second_of_one_name_replaces_the_first(tmp_path: Path) -> None:
    program = (EXAMPLES / "dispatcher.py").read_text()
    second = '@mine.on("add")\ndef other(a, b):\n    return "the second"\n\n\nsocketio.run(app)'
    with serving(program.replace("socketio.run(app)", second), tmp_path) as served, people(served, "/") as (ada,):
        assert ada.ask("add", 2, 3) == "the second"


def test_tcp_joins_and_cuts_as_it_likes(example: Mapping[str, Served]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with socket.create_connection(listening.getsockname()) as sender, listening.accept()[0] as receiver:
            for word in (b"one", b"two", b"three"):
                sender.sendall(word)
            sender.shutdown(socket.SHUT_WR)
            pieces = list(iter(lambda: receiver.recv(5, socket.MSG_WAITALL), b""))
    assert pieces == [b"onetw", b"othre", b"e"]
    with people(example["stream"], "/") as (ada,):
        assert ada.ask("bare", "one", "two", "three") == ["onetw", "othre", "e"]


def test_a_length_in_front_gives_the_messages_back(example: Mapping[str, Served]) -> None:
    with people(example["stream"], "/") as (ada,):
        assert ada.ask("framed", "one", "two", "three") == ["one", "two", "three"]
        ada.wire.send('42["framed","' + "x" * 300 + '"]')
        example["stream"].wait_for_line("ValueError: bytes must be in range(0, 256)")


def test_the_band_hears_a_note_and_the_strings_their_cue(example: Mapping[str, Served]) -> None:
    with people(example["band"], "/", "/", "/") as (ada, ben, cleo):
        for person, section in ((ada, "strings"), (ben, "strings"), (cleo, "brass")):
            assert person.ask("sit", section) == f"You sit with the {section}."
        ada.ask("play", "la")
        assert [person.heard() for person in (ada, ben, cleo)] == [[], [("heard", "la")], [("heard", "la")]]
        cleo.ask("cue", "strings", "softer")
        assert [person.heard() for person in (ada, ben, cleo)] == [[("cue", "softer")], [("cue", "softer")], []]
