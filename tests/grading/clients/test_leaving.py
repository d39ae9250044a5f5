"""How clients go away: politely, without a word, or by falling silent; and how often something was heard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.grading.author import ANY, AuthorError, CheckFailed, Server, random_word
from course.grading.reports import Reports
from tests.grading.clients.leaving import SOURCE
from tests.stage.unconfined import served

pytestmark = pytest.mark.programs

PING_SECONDS = 10
"""Far more than the second and the second after which the program gives a silent client up."""


@pytest.fixture(scope="module")
def path() -> Iterator[Path]:
    with served(SOURCE) as path:
        yield path


@pytest.fixture
def server(path: Path) -> Iterator[Server]:
    before = set(threading.enumerate())
    server = Server(path, Reports())
    yield server
    server.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive(), thread


def test_a_client_knows_its_sid(server: Server) -> None:
    observer, leaver = server.clients("observer", "leaver")
    leaver.close()
    observer.expect_event("left", leaver.sid, "client disconnect", within=PING_SECONDS)


def test_a_vanished_client_has_said_no_goodbye(server: Server) -> None:
    observer, leaver = server.clients("observer", "leaver")
    word = random_word()
    leaver.emit("keep", word)
    leaver.vanish()
    observer.expect_event("kept", word)
    observer.expect_event("left", leaver.sid, "transport close", within=PING_SECONDS)
    frames = [row["frame"] for row in server.recording.rows if row["client"] == "leaver"]
    assert not {"1", "41"}.intersection(frames)


def test_a_vanished_polling_client_is_found_out_by_the_pings(server: Server) -> None:
    observer = server.client("observer")
    leaver = server.client("leaver", transports=("polling",))
    leaver.ask("echo", 1).expect(1)
    leaver.vanish()
    observer.expect_event("left", leaver.sid, "ping timeout", within=PING_SECONDS)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_frozen_client_answers_no_ping(server: Server, transport: Any) -> None:
    observer = server.client("observer")
    leaver = server.client("leaver", transports=(transport,))
    leaver.ask("echo", 1).expect(1)
    leaver.freeze()
    word = random_word()
    observer.emit("keep", word)
    observer.expect_event("kept", word)
    observer.expect_event("left", leaver.sid, "ping timeout", within=PING_SECONDS)
    assert leaver.heard("kept") == []
    observer.expect_connected()


@pytest.mark.parametrize("goes", ["close", "vanish", "freeze"])
def test_who_has_gone_can_claim_nothing(server: Server, goes: str) -> None:
    leaver = server.client("leaver")
    answer = leaver.ask("echo")
    getattr(leaver, goes)()
    for claim in (
        lambda: leaver.emit("echo"),
        lambda: leaver.expect_nothing(after=answer),
        lambda: leaver.expect_exactly("tick", after=answer),
        lambda: leaver.expect_event("tick"),
        leaver.expect_connected,
        leaver.expect_gone,
    ):
        with pytest.raises(AuthorError, match="leaver"):
            claim()


def test_a_kicked_client_is_gone(server: Server) -> None:
    admin, guest = server.clients("admin", "guest")
    admin.emit("kick", guest.sid)
    guest.expect_gone()
    admin.expect_connected()


def test_a_kept_client_is_not_gone(server: Server) -> None:
    with pytest.raises(CheckFailed, match="Your server kept guest") as failure:
        server.client("guest").expect_gone(hint="disconnect(sid)", mistake="kicks-nobody")
    assert (failure.value.hint, failure.value.mistake) == ("disconnect(sid)", "kicks-nobody")


def test_a_server_that_ends_has_kicked_nobody() -> None:
    with served(SOURCE.replace("disconnect(sid, ", "import os; os._exit(3)  # ")) as path:
        server = Server(path, Reports())
        admin, guest = server.clients("admin", "guest")
        admin.emit("kick", guest.sid)
        with pytest.raises(CheckFailed, match="stopped while it was being checked"):
            guest.expect_gone()
        server.close()


def test_what_takes_its_time_is_waited_for(server: Server) -> None:
    asker = server.client("asker")
    asker.emit("slowly")
    asker.expect_event("at last", within=PING_SECONDS)
    asker.ask("slowly", within=PING_SECONDS).expect("done")


def test_events_are_counted(server: Server) -> None:
    asker, bystander = server.clients("asker", "bystander")
    asker.ask("often", 5).expect("done")
    assert [event.value for event in bystander.expect_events("tick", times=3)] == [0, 1, 2]
    with pytest.raises(CheckFailed, match="bystander heard “tick” 5 times") as failure:
        bystander.expect_events("tick", times=6, mistake="too-few")
    assert failure.value.expected == "bystander hears “tick” 6 times"
    with pytest.raises(CheckFailed, match="never heard “tock”"):
        bystander.expect_events("tock", times=2)


def test_once_is_not_twice(server: Server) -> None:
    asker, bystander = server.clients("asker", "bystander")
    answer = asker.ask("often", 2)
    bystander.expect_exactly("tick", times=2, after=answer)
    bystander.expect_exactly("tick", 1, after=answer)
    with pytest.raises(CheckFailed, match="bystander heard “tick” twice") as failure:
        bystander.expect_exactly("tick", after=answer, mistake="twice")
    assert failure.value.expected == "bystander hears “tick” once"
    with pytest.raises(CheckFailed, match="not with the expected payload"):
        bystander.expect_exactly("tick", "other", after=answer)
    with pytest.raises(CheckFailed, match="not with the expected payload"):
        bystander.expect_exactly("tick", ANY, ANY, after=answer)
    with pytest.raises(AuthorError):
        bystander.expect_exactly("tick", times=2, after=asker.ask("nobody_handles_this"))
