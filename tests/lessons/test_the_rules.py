"""The rules of test_every_exercise.py, each shown a planted failure; and programs that meet their end while checked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.stage.exercises import LESSONS, Exercise, Report, Stage, exercises

pytestmark = pytest.mark.programs

ADD = Exercise(LESSONS / "03-listening-to-events" / "exercises" / "add-with-ack")

PROGRAM = """
from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("go")
def go():
    {body}


socketio.run(app)
"""

CHECKS = '''
from course.grading.author import Server, check


@check
def goes(server: Server) -> None:
    """It goes"""
    server.client("asker").ask("go").expect("gone", hint="Go.")


@check
def goes_again(server: Server) -> None:
    """It goes again"""
    server.client("asker").ask("go").expect("gone", hint="Go.")
'''


@pytest.fixture
def copy(tmp_path: Path) -> Exercise:
    """A copy of an exercise, to be spoilt."""
    folder = tmp_path / "01-planted" / "exercises" / "add-with-ack"
    shutil.copytree(ADD.folder, folder)
    return Exercise(folder)


def test_the_copy_is_found_and_sound(stage: Stage, copy: Exercise, tmp_path: Path) -> None:
    assert exercises(tmp_path) == [copy]
    assert stage.check(copy, "solution").passes
    assert stage.check(copy, "wrong/sum-as-text").mistakes == ["sum-as-text"]


def test_a_solution_that_is_wrong_is_noticed(stage: Stage, copy: Exercise) -> None:
    shutil.copy(copy.folder / "starter/server.py", copy.folder / "solution/server.py")
    assert not stage.check(copy, "solution").passes


def test_a_starter_that_is_right_is_noticed(stage: Stage, copy: Exercise) -> None:
    shutil.copy(copy.folder / "solution/server.py", copy.folder / "starter/server.py")
    assert not stage.check(copy, "starter").failed


def test_a_mistake_under_the_wrong_name_is_noticed(stage: Stage, copy: Exercise) -> None:
    (copy.folder / "wrong/sum-as-text").rename(copy.folder / "wrong/something-else")
    assert stage.check(copy, "wrong/something-else").mistakes == ["sum-as-text"]


def test_checks_that_break_do_not_count_as_passed(stage: Stage, copy: Exercise) -> None:
    copy.checks.write_text("import nonsense_that_is_nowhere")
    assert not stage.check(copy, "solution").passes


def check_planted(stage: Stage, folder: Path, body: str) -> Report:
    (folder / "planted").mkdir()
    (folder / "planted/server.py").write_text(PROGRAM.format(body=body))
    (folder / "checks.py").write_text(CHECKS)
    return stage.check(Exercise(folder), "planted")


def test_a_program_that_ends_in_a_handler_is_told_from_silence(stage: Stage, tmp_path: Path) -> None:
    report = check_planted(stage, tmp_path, "import os; os._exit(3)")
    assert [result.message for result in report.results] == ["Your server stopped while it was being checked."] * 2
    assert all(result.actual for result in report.results)
    assert report.summary.error is None


def test_a_program_that_eats_memory_is_told_so(stage: Stage, tmp_path: Path) -> None:
    report = check_planted(stage, tmp_path, "hoard = ['x' * 1000000 for _ in range(100000)]; return 'gone'")
    assert not report.passes
    assert report.summary.error is None
    assert "Memory" in str(report) or "memory" in str(report), report


def test_a_program_that_floods_fails_and_nothing_else_breaks(stage: Stage, tmp_path: Path) -> None:
    report = check_planted(stage, tmp_path, "\n    while True: emit('flood', 'x' * 100000)")
    assert report.failed
    assert report.summary.error is None
    assert stage.check(ADD, "solution").passes
