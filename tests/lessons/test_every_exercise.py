"""Content is tested like code: the solution passes, the starter fails, each known mistake earns its own message.

All the checks that the tests of this file ask for are begun with the first of them, and go on side by side.
`make soak` repeats every run twenty times.
"""

from __future__ import annotations

import os

import pytest

from course.authoring.record_mistakes import agrees, first_failure
from course.content.golden.mistakes import made_from, name_of, read_kept
from course.grading.checks import load_checks
from tests.stage.exercises import Exercise, Report, Stage, exercises

pytestmark = pytest.mark.programs

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


PROGRAMS = {
    "test_the_solution_passes": "solution",
    "test_the_starter_fails": "starter",
    "test_a_known_mistake_earns_exactly_its_message": "wrong/{mistake}",
}
"""What each test checks."""


def repeats(exercise: Exercise, program: str) -> int:
    """How often a program is checked: a solution, which must never fail, three times.

    Once where checks measure time, as these look again by themselves.
    """
    return SOAK or (3 if program == "solution" and not exercise.timed else 1)


@pytest.fixture(scope="module", autouse=True)
def begun(stage: Stage, request: pytest.FixtureRequest) -> None:
    """Begin everything that the selected tests look at, in their order."""
    for item in request.session.items:
        if isinstance(item, pytest.Function) and item.module is request.module and item.originalname in PROGRAMS:
            exercise = item.callspec.params["exercise"]
            name = PROGRAMS[item.originalname].format(**item.callspec.params)
            stage.begin(exercise, name, exercise.program(name), repeats(exercise, name))


def test_there_are_exercises() -> None:
    assert exercises()


@every_exercise
def test_the_solution_passes(stage: Stage, exercise: Exercise) -> None:
    for report in stage.reports(exercise, "solution"):
        assert report.passes, report


@every_exercise
def test_the_starter_fails(stage: Stage, exercise: Exercise) -> None:
    for report in stage.reports(exercise, "starter"):
        assert report.failed and report.summary.error is None, report


@every_mistake
def test_a_known_mistake_earns_exactly_its_message(stage: Stage, exercise: Exercise, mistake: str) -> None:
    reports = stage.reports(exercise, f"wrong/{mistake}")
    for report in reports:
        assert report.mistakes and set(report.mistakes) == {mistake}, report
        assert report.summary.error is None, report
    if not exercise.timed:
        travels_as_recorded(stage, exercise, mistake, reports)


def travels_as_recorded(stage: Stage, exercise: Exercise, mistake: str, reports: list[Report]) -> None:
    """One run in three must agree: a busy machine may lose the last frame of another."""
    name = f"wrong/{mistake}"
    kept = read_kept(exercise.folder.parent.parent)[name_of(exercise.folder.name, mistake)]
    checks, program = exercise.checks.read_text(), exercise.program(name)
    assert kept.made_from == made_from(program.files, checks, program.runtime), "run: bin/course record"
    seen = [first_failure(report.results, checks, program.files) for report in reports]
    while not any(agrees(kept, *each) for each in seen) and len(seen) < 3:
        seen.append(first_failure(stage.check(exercise, name).results, checks, program.files))
    assert any(agrees(kept, *each) for each in seen), f"{kept} is not what travelled: {seen}"


@every_exercise
def test_every_check_is_failed_by_some_program(stage: Stage, exercise: Exercise) -> None:
    programs = ["starter", *(f"wrong/{mistake}" for mistake in exercise.mistakes)]
    failed = set().union(*(stage.reports(exercise, program)[0].failed for program in programs))
    assert failed == {check.name for check in load_checks(exercise.checks)}


@every_exercise
def test_a_failure_says_what_was_expected_what_came_and_what_to_do(stage: Stage, exercise: Exercise) -> None:
    programs = ["starter", *(f"wrong/{mistake}" for mistake in exercise.mistakes)]
    results = [result for program in programs for result in stage.reports(exercise, program)[0].results]
    failed = [result for result in results if result.outcome == "failed"]
    for result in failed:
        assert result.message and result.expected and result.actual and result.hint, result
    assert any(result.trace for result in failed)  # not all: who is refused at the door has sent no frame


@every_exercise
def test_it_knows_three_mistakes_and_explains_each(exercise: Exercise) -> None:
    assert len(exercise.mistakes) >= 3
    for mistake in exercise.mistakes:
        assert (exercise.folder / "wrong" / mistake / "why.md").read_text().strip()
