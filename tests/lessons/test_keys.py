"""No program can say which answer to a question is right: so each key is written down twice, here and in its lesson.

keys.toml holds, for each lesson and question, the right options or the accepted answers, as they are shown.
"""

import html
import re
import tomllib
from pathlib import Path

import pytest

from course.content.pieces import Question
from tests.stage.courses import this_course

KEYS = tomllib.loads(Path(__file__).with_name("keys.toml").read_text(encoding="utf-8"))
LESSONS = {lesson.slug: lesson for lesson in this_course().everything if lesson.questions}


def key_of(question: Question) -> list[str]:
    right = [option.html for option in question.options if option.correct] or question.accepted
    return [html.unescape(re.sub(r"<[^>]+>", "", text)) for text in right]


@pytest.mark.parametrize("slug", LESSONS)
def test_a_key_is_changed_in_two_places_or_not_at_all(slug: str) -> None:
    keys = {each.id: key_of(each) for each in LESSONS[slug].questions if each.kind != "delivery"}
    assert keys == KEYS.get(slug, {})


def test_no_key_is_left_over() -> None:
    assert KEYS.keys() <= LESSONS.keys()
