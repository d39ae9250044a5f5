"""How far a learner has come."""

from types import SimpleNamespace
from typing import Any

import pytest

from course.progress import answers, work
from course.progress.answers import Answered
from course.progress.lesson_progress import lesson_progress

ME, SOMEBODY = "a" * 32, "b" * 32
LESSON: Any = SimpleNamespace(slug="emitting-events", exercises={}, questions=())

pytestmark = pytest.mark.usefixtures("app")


def test_a_lesson_is_begun_by_a_wrong_answer_too() -> None:
    assert not lesson_progress(ME, LESSON).started
    answers.record(ME, "connections", Answered("tunnel", "v1", ("a",), "", True))
    assert not lesson_progress(ME, LESSON).started
    answers.record(ME, LESSON.slug, Answered("two-emits", "v1", ("a",), "", False))
    assert lesson_progress(ME, LESSON).started


def test_a_lesson_is_begun_by_a_program_that_was_written() -> None:
    work.save(ME, LESSON.slug, "scratch", {"server.py": "mine"})
    progress = lesson_progress(ME, LESSON)
    assert (progress.started, progress.done) == (True, 0)


def test_nobody_elses_work_and_answers_count() -> None:
    lesson: Any = SimpleNamespace(
        slug=LESSON.slug,
        exercises={"echo": SimpleNamespace(slug="echo", tasks=(1,))},
        questions=(SimpleNamespace(id="two-emits", version="v1", role="question"),),
    )
    answers.record(SOMEBODY, LESSON.slug, Answered("two-emits", "v1", ("a",), "", True))
    work.record_attempt(SOMEBODY, LESSON.slug, "echo", {"server.py": "theirs"}, [{"outcome": "passed"}], 1)
    assert (lesson_progress(SOMEBODY, lesson).done, lesson_progress(SOMEBODY, lesson).started) == (2, True)
    assert (lesson_progress(ME, lesson).done, lesson_progress(ME, lesson).started) == (0, False)
