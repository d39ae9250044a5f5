"""``flask course …`` as an author types it: output in three forms, exit status, a new lesson that is whole.

Most commands run in this process; `typed` starts what an author does, which takes seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import update

from course.authoring.check_programs import Step
from course.authoring.new_lesson import make_lesson
from course.cli.problem_formats import as_github, as_json, as_text
from course.cli.progress_bar import as_line
from course.config import read_settings
from course.content.problems import Problem
from course.extensions import db
from course.factory import create_app
from course.progress import work
from course.progress.models import Learner
from tests.stage.courses import EXERCISE, LESSON, change, whole_course
from tests.stage.delivering import GOLDEN, with_delivery

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return whole_course(tmp_path / "lessons")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def settings(root: Path, environment: Mapping[str, str]) -> dict[str, str]:
    return {"COURSE_DIR": str(root), "INSTANCE_DIR": str(root.parent / "instance"), **environment}


def typed(root: Path, *arguments: str, **environment: str) -> Done:
    done = subprocess.run(
        [PROJECT / "bin/course", *arguments],
        cwd=PROJECT,
        env={**os.environ, **settings(root, environment)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def flask_course(root: Path, *arguments: str, **environment: str) -> Done:
    app = create_app(read_settings(settings(root, environment)))
    done = app.test_cli_runner().invoke(args=["course", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return Done(done.exit_code, done.stdout, done.stderr)


def test_a_whole_course_has_status_0(root: Path) -> None:
    done = typed(root, "check", "--no-run")
    assert (done.returncode, done.stdout) == (0, "No problems.\n"), done.stderr


def test_a_problem_is_told_with_place_rule_and_fix_and_status_1(root: Path) -> None:
    line = change(root, LESSON, "::: question who", "::: qestion who")
    done = flask_course(root, "check", "--no-run")
    assert done.returncode == 1
    assert f"{root / LESSON}:{line}: There is no block named “qestion”. [block-name]\n    The blocks" in done.stdout
    assert done.stdout.endswith("1 problem.\n")


def test_a_warning_has_status_1_too(root: Path) -> None:
    change(root, LESSON, "## Show it", "[up](#shew-it)")
    assert flask_course(root, "check", "--no-run").returncode == 1


def test_programs_that_may_not_run_are_said_to_be_unchecked_with_status_2(root: Path) -> None:
    done = flask_course(root, "check", SANDBOX="off")
    assert done.returncode == 2
    assert done.stdout == "No problems in the files, but the programs were not run.\n"
    assert "The programs were not run." in done.stderr


def test_one_lesson_may_be_checked_alone(root: Path) -> None:
    make_lesson(root, "02-next")
    change(root, LESSON, "::: question who", "::: qestion who")
    assert flask_course(root, "check", "--no-run").returncode == 1
    assert flask_course(root, "check", "--no-run", "next").returncode == 0
    assert flask_course(root, "check", "--no-run", "01", "02-next/").stdout.endswith("1 problem.\n")
    assert "There is no lesson called “third”." in flask_course(root, "check", "third").stderr


def test_a_course_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    done = flask_course(tmp_path / "nowhere", "new", "01-first")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"There is no folder {tmp_path / 'nowhere'}." in done.stderr
    assert flask_course(tmp_path / "nowhere", "check", "--no-run").returncode == 1


@pytest.mark.programs
def test_what_was_right_and_has_not_changed_is_not_run_again(root: Path) -> None:
    first = flask_course(root, "check")
    if "The programs were not run." in first.stderr:
        pytest.skip("programs can't be confined on this machine")
    assert (first.returncode, first.stderr) == (0, "")
    assert "7 programs have not changed since they were right" in flask_course(root, "check").stderr
    assert flask_course(root, "check", "--all").stderr == ""
    change(root, f"{EXERCISE}/solution/server.py", "text.upper()", "text.lower()")
    for _ in range(2):  # what is wrong is found as often as one looks
        done = flask_course(root, "check")
        assert "The solution does not pass" in done.stdout
        assert "2 programs have not changed" in done.stderr


@pytest.mark.programs
def test_try_prints_the_verdicts_that_a_learner_reads(root: Path, tmp_path: Path) -> None:
    solution, wrong = root / EXERCISE / "solution/server.py", root / EXERCISE / "wrong/never-answers"
    done = flask_course(root, "try", "speaking-up/echo-louder", str(solution))
    if "can't" in done.stderr:
        pytest.skip("programs can't be confined on this machine")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 of 1 check passed.")
    done = flask_course(root, "try", "01/echo-louder", str(wrong))
    assert done.returncode == 1
    assert "recognised as: wrong/never-answers" in done.stdout
    assert "42" in done.stdout.partition("What was seen by the clients")[2]
    (tmp_path / "server.py").write_text("import flask\nthis is no Python")
    done = flask_course(root, "try", "01/echo-louder", str(tmp_path / "server.py"))
    assert "The program does not start: SyntaxError" in done.stdout
    assert (
        "There is no exercise “01/echo”. There are: speaking-up/echo-louder."
        in flask_course(root, "try", "01/echo", str(solution)).stderr
    )


def test_json_can_be_read_by_a_program(root: Path) -> None:
    line = change(root, LESSON, "::: question who", "::: qestion who")
    done = flask_course(root, "check", "--no-run", "--format", "json")
    (problem,) = json.loads(done.stdout)
    assert done.returncode == 1
    assert (problem["file"], problem["line"], problem["rule"]) == (str(root / LESSON), line, "block-name")
    assert {"message", "fix", "severity"} < problem.keys()


def test_sweep_shows_who_would_go_and_takes_them_only_when_told(root: Path) -> None:
    app = create_app(read_settings(settings(root, {"KEEP_DAYS": "30"})))
    with app.app_context():
        flask_migrate.upgrade()
        for learner, days in (("here", 1), ("gone", 31)):
            work.save(learner, "lesson", "exercise", {"server.py": "text"})
            seen = time.time() - days * 24 * 3600
            db.session.execute(update(Learner).where(Learner.id == learner).values(seen_at=seen))
            db.session.commit()
        db.session.remove()
    said = [flask_course(root, "sweep", *more, KEEP_DAYS="30").stdout for more in ((), ("--delete",), ())]
    assert said[0].startswith("1 learners, 1 versions, ") and said[0].endswith("would be deleted; --delete does it.\n")
    assert said[1].startswith("1 learners, 1 versions, ") and said[1].endswith("were deleted.\n")
    assert said[2].startswith("0 learners, 0 versions, 0 bytes")
    with app.app_context():
        assert work.find("here", "lesson", "exercise") is not None


@pytest.mark.programs
def test_record_plays_the_questions_and_keeps_who_heard(root: Path) -> None:
    with_delivery(root)
    done = typed(root, "record", "speaking-up")
    if "can't" in done.stderr:
        pytest.skip("programs can't be confined on this machine")
    first, *mistakes = done.stdout.splitlines()
    assert (done.returncode, first) == (0, "speaking-up/who-hears-news: A 0, B 2, C 0"), done.stderr
    assert [line.partition(":")[0].rpartition("/")[2] for line in mistakes] == [
        "forgets-to-shout",
        "never-answers",
        "one-word-only",
    ]
    kept = json.loads((root / GOLDEN).read_text())
    assert kept["who-hears-news"]["heard"] == {"A": 0, "B": 2, "C": 0}
    assert flask_course(root, "check", "--no-run").returncode == 0
    assert "There is no lesson called “none”." in flask_course(root, "record", "none").stderr


def test_the_progress_fits_a_line_of_the_terminal() -> None:
    assert as_line(Step("a" * 99, 1, 2)) == f"[{'#' * 12}{' ' * 12}] 1/2 " + "a" * 48
    assert as_line(Step("x", 0, 0)).endswith("] 0/0 x")


def test_new_makes_a_lesson_without_a_problem(root: Path) -> None:
    done = flask_course(root, "new", "02-under-the-hood")
    assert done.returncode == 0, done.stderr
    assert (root / "02-under-the-hood/lesson.md").read_text().startswith("---\ntitle: Under the hood\n")
    assert str(root / "02-under-the-hood/exercises/echo-louder/checks.py") in done.stdout.splitlines()
    checked = flask_course(root, "check", "--no-run")
    assert (checked.returncode, checked.stdout) == (0, "No problems.\n")


def test_new_refuses_a_name_that_is_taken(root: Path) -> None:
    done = flask_course(root, "new", "01-other")
    assert done.returncode == 1
    assert "there already" in done.stderr


@pytest.mark.programs
def test_probe_prints_a_table(root: Path) -> None:
    done = typed(root, "probe")
    assert done.returncode in (0, 1)
    runtime, _, head = done.stdout.splitlines()[:3]
    assert runtime == "threading"
    assert head.split()[:2] == ["LAYER", "ACT"]


PROBLEM = Problem("01-x/lesson.md", 7, "dead-link", "The link “a,b: 100%” leads\nnowhere.", "Correct it.", "warning")


def test_github_gets_its_own_escapes() -> None:
    place = Path.cwd() / "lessons"
    assert as_github([PROBLEM], place) == (
        "::warning file=lessons/01-x/lesson.md,line=7,title=dead-link::"
        "The link “a,b: 100%25” leads%0Anowhere. Correct it."
    )


def test_places_are_relative_to_where_the_author_stands() -> None:
    place = Path.cwd() / "lessons"
    assert as_text([PROBLEM], place).startswith("lessons/01-x/lesson.md:7: ")
    assert json.loads(as_json([PROBLEM], place))[0]["file"] == "lessons/01-x/lesson.md"


def test_no_problems_are_no_github_lines() -> None:
    assert as_github([], Path.cwd()) == ""
