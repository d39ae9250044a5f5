"""A check is kept as an attempt, unless it broke by our fault."""

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from course.grading.model import CheckResult, RunSummary
from course.learning import checking as check_runs
from course.learning.refused import Refused
from course.sandbox.model import NOT_THE_PROGRAMS, StateChange
from course.shares.fair_queue import Share
from course.shares.turns import Turns
from tests.stage.courses import this_course

READY = StateChange("ready")
SLUG, EXERCISE = "listening-to-events", "add-with-ack"


class Hub:
    """Stands for the use cases: a program that is ready at once, and a grader that says what it is told to say."""

    def __init__(self, summary: RunSummary, *results: CheckResult, state: StateChange = READY) -> None:
        self.summary, self.results, self.state = summary, results, state
        self.stopped: list[str] = []
        self.sandboxes, self.grader = self, self

    def exercise(self, slug: str, exercise: str) -> Any:
        return this_course().lesson(slug).exercises[exercise]

    def start(self, *_: object, **__: object) -> Any:
        return SimpleNamespace(id="one", socket_path=Path("nowhere"), wait_ready=lambda seconds: self.state)

    def stop(self, sandbox_id: str) -> None:
        self.stopped.append(sandbox_id)

    def run(self, *_: object, on_result: Any, **__: object) -> RunSummary:
        for result in self.results:
            on_result(result)
        return self.summary


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What becomes an attempt."""
    kept: list[Any] = []
    monkeypatch.setattr(check_runs.work, "record_attempt", lambda *given: kept.append(given))
    return kept


def checked(desk: Any) -> check_runs.Checked:
    with Turns(1).ask(Share("a", "Ada")) as turn:
        return check_runs.check(desk, "Ada", SLUG, EXERCISE, {"server.py": "pass"}, lambda result: None, turn)


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_what_a_check_found_is_kept(kept: list[Any], outcome: Any) -> None:
    desk = Hub(RunSummary(1, 1, None), CheckResult("one", "One", outcome))
    assert checked(desk).error is None
    assert len(kept) == 1 and desk.stopped == ["one"]


@pytest.mark.parametrize(
    ("summary", "results", "code"),
    [
        (RunSummary(0, 0, "The grader has ended."), (), "grader_failed"),
        (RunSummary(0, 1, None), (CheckResult("one", "One", "error"),), "check_error"),
    ],
    ids=["the grader", "a check itself"],
)
def test_a_check_that_breaks_costs_no_attempt(
    kept: list[Any], summary: RunSummary, results: tuple[CheckResult, ...], code: str
) -> None:
    desk = Hub(summary, *results)
    error = checked(desk).error
    assert error is not None and error["code"] == code
    assert kept == [] and desk.stopped == ["one"]


def test_a_program_is_stopped_however_its_check_ends(kept: list[Any]) -> None:
    class Breaks(Hub):
        def run(self, *_: object, **__: object) -> RunSummary:
            raise LookupError("ours")

    desk = Breaks(RunSummary(0, 0, None))
    with suppress(LookupError):
        checked(desk)
    assert kept == [] and desk.stopped == ["one"]


@pytest.mark.parametrize("code", sorted(NOT_THE_PROGRAMS))
def test_a_program_that_could_not_be_started_by_our_fault_costs_no_attempt(kept: list[Any], code: str) -> None:
    state = StateChange("crashed", "It is not your fault.", code)
    error = checked(Hub(RunSummary(0, 0, None), state=state)).error
    assert error is not None and error["code"] == "busy"
    assert kept == []


def test_a_program_that_ends_by_itself_is_an_attempt(kept: list[Any]) -> None:
    assert checked(Hub(RunSummary(0, 0, None), state=StateChange("crashed", "It ended.", "exited"))).error is None
    assert len(kept) == 1


def test_a_check_whose_turn_never_comes_is_not_run_and_costs_no_attempt(
    kept: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_runs, "TURN_SECONDS", 0.01)
    turns, desk = Turns(1), Hub(RunSummary(0, 0, None))
    with turns.ask(Share("a", "Grace")), turns.ask(Share("b", "Ada")) as mine:
        with pytest.raises(Refused, match="busy"):
            check_runs.check(desk, "Ada", SLUG, EXERCISE, {"server.py": "pass"}, lambda result: None, mine)
    assert kept == [] and desk.stopped == []
