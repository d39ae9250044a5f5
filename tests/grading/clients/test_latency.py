"""What a check may say about time, and what it must not hold against a program."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.grading.author import CheckFailed, Server, check, fail
from course.grading.checks import TRIES, run_check
from course.grading.clients.latency import Pause
from course.grading.reports import Reports
from tests.grading.clients.leaving import SOURCE
from tests.stage.unconfined import served

pytestmark = pytest.mark.programs

SLOW_SECONDS = 0.6
"""What the program's `ping` takes after `be slow once`."""


@pytest.fixture(scope="module")
def path() -> Iterator[Path]:
    with served(SOURCE) as path:
        yield path


@pytest.fixture
def server(path: Path) -> Iterator[Server]:
    server = Server(path, Reports())
    yield server
    server.close()


def test_a_slow_answer_is_found_among_quick_ones(server: Server) -> None:
    bystander = server.client("bystander")
    with bystander.measuring("ping", every=0.001) as latency:
        for _ in range(3):
            bystander.ask("echo").expect_arrived()
        bystander.ask("be slow once").expect_arrived()
        bystander.wait_for(lambda: False, SLOW_SECONDS)
        bystander.ask("echo").expect_arrived()
    assert latency.worst >= SLOW_SECONDS - latency.own_pause
    assert 0 < latency.median < latency.worst
    latency.expect_below(60)
    with pytest.raises(CheckFailed, match="bystander had to wait for the answer to “ping”") as failure:
        latency.expect_below(0.1, hint="Compute elsewhere.", mistake="freezes")
    assert (failure.value.hint, failure.value.mistake) == ("Compute elsewhere.", "freezes")
    assert failure.value.expected == "no answer takes longer than 100 ms"


def test_what_may_be_the_machine_is_told_from_what_is_beyond_doubt(server: Server) -> None:
    bystander = server.client("bystander")
    bystander.ask("be slow once").expect_arrived()
    with bystander.measuring("ping") as latency:
        pass
    latency._pauses.clear()
    for limit, doubtful in ((SLOW_SECONDS / 2, True), (0.001, False)):
        with pytest.raises(CheckFailed) as failure:
            latency.expect_below(limit)
        assert failure.value.timing is doubtful


def test_what_this_process_lost_itself_is_not_the_servers_delay(server: Server) -> None:
    bystander = server.client("bystander")
    with bystander.measuring("ping", every=0.001) as latency:
        bystander.ask("echo").expect_arrived()
        sum(range(10_000_000))  # one call that lets no other thread of this process run
        bystander.ask("echo").expect_arrived()
    assert latency.own_pause > 0
    assert latency.worst < latency.own_pause


def test_a_question_that_is_never_answered_is_told(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.grading.clients.latency.ANSWER_SECONDS", 0.1)
    with server.client("bystander").measuring("nobody_handles_this") as latency:
        pass
    assert latency.count == 0
    with pytest.raises(CheckFailed, match="“nobody_handles_this” was never acknowledged"):
        latency.expect_below(60)


def test_a_client_that_is_dropped_meanwhile_is_told(server: Server) -> None:
    bystander, admin = server.clients("bystander", "admin")
    with bystander.measuring("ping", every=0.001) as latency:
        admin.emit("kick", bystander.sid)
        bystander.expect_gone()
    with pytest.raises(CheckFailed, match="disconnected bystander") as failure:
        latency.expect_below(60, mistake="freezes")
    assert failure.value.mistake == "freezes"


def test_a_pause_counts_only_where_it_lies() -> None:
    pause = Pause(2.0, 3.0)
    lies = [pause.within(*moments) for moments in ((0, 1), (0, 2.5), (2.25, 2.5), (2.5, 9), (0, 9), (4, 9))]
    assert lies == [0, 0.5, 0.25, 0.5, 1, 0]


@pytest.mark.parametrize(
    ("slow", "timing", "outcome", "runs"),
    [(0, True, "passed", 1), (TRIES - 1, True, "passed", TRIES), (99, True, "failed", TRIES), (99, False, "failed", 1)],
)
def test_a_failure_on_time_alone_is_tried_again(path: Path, slow: int, timing: bool, outcome: str, runs: int) -> None:
    begun: list[float] = []

    @check
    def keeps_time(server: Server) -> None:
        """It keeps time"""
        begun.append(time.monotonic())
        server.client("asker").ask("echo").expect_arrived()
        if len(begun) <= slow:
            fail("Too late.", timing=timing)

    assert run_check(keeps_time, lambda: Server(path, Reports())).outcome == outcome
    assert len(begun) == runs
