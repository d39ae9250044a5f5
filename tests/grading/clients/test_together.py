"""Clients that act at the same moment, and clients that the server asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.grading.author import Client, Server, spread, together
from course.grading.reports import Reports
from tests.grading.clients.leaving import SOURCE
from tests.stage.unconfined import served

pytestmark = pytest.mark.programs


@pytest.fixture(scope="module")
def path() -> Iterator[Path]:
    with served(SOURCE) as path:
        yield path


@pytest.fixture
def server(path: Path) -> Iterator[Server]:
    server = Server(path, Reports())
    yield server
    server.close()


def test_acts_meet_each_other_and_keep_their_order() -> None:
    meeting = threading.Barrier(3)
    met = together(*(lambda number=number: (meeting.wait(5), number)[1] for number in range(3)))
    assert met == [0, 1, 2]
    assert together() == []


def test_no_act_begins_before_all_can(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[threading.Thread] = []
    begin = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        begun.append(thread)
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    assert together(*([lambda: len(begun)] * 8)) == [8] * 8


def test_the_first_failure_is_raised_when_all_have_ended() -> None:
    ended: list[str] = []

    def fails(word: str) -> None:
        ended.append(word)
        raise LookupError(word)

    with pytest.raises(LookupError, match="first"):
        together(lambda: fails("first"), lambda: fails("second"), lambda: ended.append("third"))
    assert sorted(ended) == ["first", "second", "third"]


def test_a_counter_without_a_lock_loses_counts_under_load(server: Server) -> None:
    def count(client: Client) -> list[int]:
        return [client.ask("count").value for _ in range(25)]

    numbers = together(*(lambda client=client: count(client) for client in server.clients("a", "b", "c", "d")))
    assert [len(mine) for mine in numbers] == [25] * 4
    assert len({number for mine in numbers for number in mine}) < 100


def test_a_question_of_the_servers_is_answered_or_ignored(server: Server) -> None:
    asked = server.client("asked")
    assert asked.ask("ask me", 5).is_exactly()
    asked.answers("sure", lambda text: text + "!")
    asked.ask("ask me", 5).expect("?!")
    asked.ignores("sure")
    asked.ask("ask me", 0.2).expect("timeout")
    assert len(asked.heard("sure")) == 3


def test_the_spread_of_events_is_what_lies_between_first_and_last(server: Server) -> None:
    asker = server.client("asker")
    asker.ask("often", 3).expect("done")
    ticks = asker.expect_events("tick", times=3)
    assert spread(ticks) == ticks[-1].time - ticks[0].time
    assert spread(ticks[:1]) == spread([]) == 0
