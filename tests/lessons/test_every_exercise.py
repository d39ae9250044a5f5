"""Content is tested like code: the solution passes, the starter fails, each known mistake earns its own message.

`make soak` repeats every run twenty times.
"""

from __future__ import annotations

import os

import pytest

from course.authoring.record_mistakes import agrees, first_failure
from course.content.golden.mistakes import made_from, name_of, read_kept
from course.grading.checks import load_checks
from tests.stage.exercises import Exercise, Report, Stage, exercises

SOAK = int(os.environ.get("SOAK", "0"))

every_exercise = pytest.mark.parametrize("exercise", exercises(), ids=str)
every_mistake = pytest.mark.parametrize(
    ("exercise", "mistake"),
    [
        pytest.param(exercise, mistake, id=f"{exercise}-{mistake}")
        for exercise in exercises()
        for mistake in exercise.mistakes
    ],
)


def repeats(exercise: Exercise) -> int:
    """How often a program is checked: three times; once where checks measure time, as these look again by themselves."""
    return SOAK or (1 if exercise.timed else 3)


def test_there_are_exercises() -> None:
    assert exercises()


@every_exercise
def test_the_solution_passes(stage: Stage, exercise: Exercise) -> None:
    for report in stage.check_often(exercise, "solution", repeats(exercise)):
        assert report.passes, report


@every_exercise
def test_the_starter_fails(stage: Stage, exercise: Exercise) -> None:
    for report in stage.check_often(exercise, "starter", repeats(exercise)):
        assert report.failed and report.summary.error is None, report


@every_mistake
def test_a_known_mistake_earns_exactly_its_message(stage: Stage, exercise: Exercise, mistake: str) -> None:
    reports = stage.check_often(exercise, f"wrong/{mistake}", repeats(exercise))
    for report in reports:
        assert report.mistakes and set(report.mistakes) == {mistake}, report
        assert report.summary.error is None, report
    if not exercise.timed:
        travels_as_recorded(exercise, mistake, reports)


def travels_as_recorded(exercise: Exercise, mistake: str, reports: list[Report]) -> None:
    """One run in three must agree: a busy machine may lose the last frame of another."""
    kept = read_kept(exercise.folder.parent.parent)[name_of(exercise.folder.name, mistake)]
    checks, program = exercise.checks.read_text(), exercise.program(f"wrong/{mistake}")
    assert kept.made_from == made_from(program.files, checks, program.runtime), "run: flask --app app course record"
    seen = [first_failure(report.results, checks, program.files) for report in reports]
    assert any(agrees(kept, *each) for each in seen), f"{kept} is not what travelled: {seen}"


@every_exercise
def test_every_check_is_failed_by_some_program(stage: Stage, exercise: Exercise) -> None:
    programs = ["starter", *(f"wrong/{mistake}" for mistake in exercise.mistakes)]
    failed = set().union(*(stage.first_report(exercise, program).failed for program in programs))
    assert failed == {check.name for check in load_checks(exercise.checks)}


@every_exercise
def test_a_failure_says_what_was_expected_what_came_and_what_to_do(stage: Stage, exercise: Exercise) -> None:
    programs = ["starter", *(f"wrong/{mistake}" for mistake in exercise.mistakes)]
    results = [result for program in programs for result in stage.first_report(exercise, program).results]
    failed = [result for result in results if result.outcome == "failed"]
    for result in failed:
        assert result.message and result.expected and result.actual and result.hint, result
    assert any(result.trace for result in failed)  # not all: who is refused at the door has sent no frame


@every_exercise
def test_it_knows_three_mistakes_and_explains_each(exercise: Exercise) -> None:
    assert len(exercise.mistakes) >= 3
    for mistake in exercise.mistakes:
        assert (exercise.folder / "wrong" / mistake / "why.md").read_text().strip()
