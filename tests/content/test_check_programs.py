"""What only shows when the programs run: each planted mistake is found, in the real sandbox, by the real grader."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.cli.check_programs import check_programs
from course.content.loader import load_course
from course.grading.grader import Grader
from course.sandbox.limits import Limits
from course.sandbox.supervisor import Supervisor
from tests.content.courses import BUNDLE, EXERCISE, change, whole_course

CHECKS = f"{EXERCISE}/checks.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return whole_course(tmp_path / "lessons")


@pytest.fixture(scope="module")
def sandboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    supervisor = Supervisor(Limits(), tmp_path_factory.mktemp("sandboxes"), slots=2)
    supervisor.open()
    if supervisor.unavailable:  # these programs are ours: where they can't be confined, they run all the same
        supervisor = Supervisor(Limits(), tmp_path_factory.mktemp("plain"), slots=2, unconfined=True)
        supervisor.open()
    yield supervisor
    supervisor.close()


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    grader = Grader(run_seconds=5)
    grader.open()
    yield grader
    grader.close()


def found(root: Path, sandboxes: Supervisor, grader: Grader) -> set[tuple[str, str, int]]:
    course = load_course(root)
    assert course.problems == ()
    return {(problem.rule, problem.file, problem.line) for problem in check_programs(course, sandboxes, grader)}


def without_exercise(root: Path) -> None:
    shutil.rmtree(root / BUNDLE / "exercises")
    change(root, f"{BUNDLE}/lesson.md", "::: exercise echo-louder\n:::\n", "")


def test_a_new_lesson_has_no_problem(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    seen: list[str] = []
    assert check_programs(load_course(root), sandboxes, grader, seen.append) == []
    assert seen == [
        "playground/server.py",
        f"{BUNDLE}/examples/echo.py",
        f"{EXERCISE}/solution/server.py",
        f"{EXERCISE}/starter/server.py",
        f"{EXERCISE}/wrong/forgets-to-shout/server.py",
        f"{EXERCISE}/wrong/never-answers/server.py",
        f"{EXERCISE}/wrong/one-word-only/server.py",
    ]


def test_a_program_that_does_not_start_is_found_with_its_line(
    root: Path, sandboxes: Supervisor, grader: Grader
) -> None:
    without_exercise(root)
    line = change(root, f"{BUNDLE}/examples/echo.py", "app = Flask(__name__)", "app = Flask(__nome__)")
    change(root, "playground/server.py", "socketio.run(app)", "")
    assert found(root, sandboxes, grader) == {
        ("program-fails", f"{BUNDLE}/examples/echo.py", line),
        ("program-fails", "playground/server.py", 1),
    }


def test_programs_that_do_not_earn_what_they_should_are_found(
    root: Path, sandboxes: Supervisor, grader: Grader
) -> None:
    wrong = f"{EXERCISE}/wrong"
    change(root, f"{EXERCISE}/starter/server.py", "    pass  # answer here", "    return text.upper()")
    change(root, f"{wrong}/never-answers/server.py", "    text.upper()", "    return text.upper()")
    change(root, f"{wrong}/one-word-only/server.py", "    return text.split()[0].upper()", "    return text")
    change(root, f"{wrong}/forgets-to-shout/server.py", "    return text", "    return txet")
    line = 24
    with (root / CHECKS).open("a") as checks:
        checks.write(
            '\n\n@check\ndef always_passes(server: Server) -> None:\n    """It starts"""\n    server.client("a")\n'
        )
    assert (root / CHECKS).read_text().split("\n")[line - 1] == "def always_passes(server: Server) -> None:"
    change(root, f"{EXERCISE}/task.md", "\n:::\n\n::: hint", "\n- always_passes: It starts.\n:::\n\n::: hint")
    assert found(root, sandboxes, grader) == {
        ("starter-passes", f"{EXERCISE}/starter/server.py", 1),
        ("mistake-not-earned", f"{wrong}/never-answers/server.py", 1),
        ("mistake-not-earned", f"{wrong}/one-word-only/server.py", 1),
        ("mistake-not-earned", f"{wrong}/forgets-to-shout/server.py", 1),
        ("check-never-fails", CHECKS, line),
    }


def test_a_solution_that_fails_is_found(root: Path, sandboxes: Supervisor, grader: Grader) -> None:
    file = f"{EXERCISE}/solution/server.py"
    change(root, file, "    return text.upper()", "    return text.lower()")
    assert ("solution-fails", file, 1) in found(root, sandboxes, grader)


def test_a_solution_that_does_not_start_is_found_with_its_line(
    root: Path, sandboxes: Supervisor, grader: Grader
) -> None:
    file = f"{EXERCISE}/solution/server.py"
    line = change(root, file, '@socketio.on("shout")', '@socketoi.on("shout")')
    assert ("solution-fails", file, line) in found(root, sandboxes, grader)


@pytest.mark.parametrize("broken", ["    while True: pass\n", "    raise LookupError('ours')\n"])
def test_checks_that_never_end_or_break_are_found_and_nothing_else_is_blamed(
    root: Path, sandboxes: Supervisor, grader: Grader, broken: str
) -> None:
    change(root, CHECKS, '    asker = server.client("asker")\n', f'    asker = server.client("asker")\n{broken}')
    assert found(root, sandboxes, grader) == {("checks-broken", CHECKS, 1)}
