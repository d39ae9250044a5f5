"""How far a learner has come."""

from types import SimpleNamespace
from typing import Any

import pytest

from course.progress import answers, work
from course.progress.answers import Answered
from course.progress.lesson_progress import lesson_progress

ME = "a" * 32
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
