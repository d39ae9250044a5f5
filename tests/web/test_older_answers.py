"""What was answered while an option's id had ten digits is shown, and counts, as if it had been answered today."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from course.config import read_settings
from course.content.pieces import Question
from course.extensions import db
from course.factory import create_app
from course.progress.models import Answer
from tests.stage.courses import LESSON, SLUG, change, whole_course

PAGE = f"/lessons/{SLUG}/"
ASKED = """\
::: question which multiple
Which?

- [x] Apples
  > They are.
- [ ] Bees
  > They are not.
- [x] Cherries
  > They are, too.
:::

"""
TEN_DIGITS = {"Apples": "0705fbb0a1", "Bees": "8da556f404", "Cherries": "3287315151"}
"""Ids of those options as they were kept until revision 0003."""
VERSION = "fbaf01c25dc25344"
"""That of the question, then as now."""


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Flask]:
    """The site over a database in which answers can be made what they were before revision 0003."""
    course = whole_course(tmp_path / "lessons")
    change(course, LESSON, "## Show it", f"{ASKED}## Show it")
    app = create_app(read_settings({"INSTANCE_DIR": str(tmp_path / "instance"), "COURSE_DIR": str(course)}))
    with app.app_context():
        flask_migrate.upgrade()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def upgrade(app: Flask) -> None:
    """Go back to the tables of then, which leaves answers as they are, and from there to those of today."""
    with app.app_context():
        flask_migrate.downgrade(revision="0002")
        flask_migrate.upgrade()


def question(app: Flask) -> Question:
    lesson = app.extensions["duplex"].course.lesson(SLUG)
    return next(each for each in lesson.questions if each.id == "which")


def answer(app: Flask, *words: str) -> FlaskClient:
    """Answer today, as a new learner."""
    learner = app.test_client()
    ids = {option.html: option.id for option in question(app).options}
    learner.post(f"{PAGE}questions/which", data={"choice": [ids[each] for each in words]})
    return learner


def keep_as_it_was(app: Flask, *words: str) -> None:
    """Let the answer of today's that was kept last stand in the database as it did then."""
    with app.app_context():
        newest = db.session.scalars(select(Answer).order_by(Answer.id.desc())).first()
        assert newest and newest.question_version == VERSION
        newest.choices = [TEN_DIGITS[each] for each in words]
        db.session.commit()


def kept(app: Flask) -> list[list[str]]:
    with app.app_context():
        return list(db.session.scalars(select(Answer.choices).order_by(Answer.id)))


def card(learner: FlaskClient) -> str:
    return learner.get(PAGE).text.partition('<quiz-question id="question-which"')[2].partition("</quiz-question>")[0]


def told(learner: FlaskClient) -> dict[str, object]:
    data = learner.get(PAGE).text.partition('id="page-data">')[2].partition("</script>")[0]
    return json.loads(data)["answered"]["which"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("words", [("Apples", "Cherries"), ("Bees",), ("Cherries", "Bees")])
def test_it_is_shown_as_if_it_were_of_today(older: Flask, words: tuple[str, ...]) -> None:
    learner = answer(older, *words)
    today = card(learner), told(learner)
    assert today[0].count(" checked") == len(words)
    keep_as_it_was(older, *words)
    assert card(learner).count(" checked") == 0
    upgrade(older)
    assert (card(learner), told(learner)) == today


def test_it_goes_on_counting_among_the_votes(older: Flask) -> None:
    for _ in range(4):
        answer(older, "Apples", "Bees")
        keep_as_it_was(older, "Apples", "Bees")
    upgrade(older)
    counts = {option.html: option.id for option in question(older).options}
    assert told(answer(older, "Apples"))["votes"] == {
        "total": 5,
        "counts": {counts["Apples"]: 5, counts["Bees"]: 4},
    }


def test_what_is_no_id_of_ten_digits_stays(older: Flask) -> None:
    stays = [["A", "B:2"], [], ["9117", "454e"], ["a text of its own"], ["ABCDEF0123"]]
    for _ in stays:
        answer(older, "Apples")
    with older.app_context():
        for place, choices in enumerate(stays, 1):
            db.session.execute(update(Answer).where(Answer.id == place).values(choices=choices))
        db.session.commit()
    upgrade(older)
    assert kept(older) == stays


def test_to_go_back_and_forth_changes_nothing_more(older: Flask) -> None:
    learner = answer(older, "Cherries", "Apples")
    now = kept(older)
    keep_as_it_was(older, "Cherries", "Apples")
    for _ in range(2):
        upgrade(older)
        assert kept(older) == now
        with older.app_context():
            flask_migrate.downgrade(revision="0002")
        assert kept(older) == now
    upgrade(older)
    assert re.search(r'class="verdict is-right"', card(learner))


def test_answers_go_along_with_two_questions_that_moved(older: Flask) -> None:
    upgrade(older)
    answer(older, "Apples")
    asked = [
        ("connections", "too-early"),
        ("connections", "false-goodbye"),
        ("connections", "latest"),
        ("other", "too-early"),
    ]
    with older.app_context():
        flask_migrate.downgrade(revision="0003")
        kept = db.session.scalars(select(Answer)).one()
        for lesson, name in asked:
            db.session.add(
                Answer(
                    learner_id=kept.learner_id,
                    lesson=lesson,
                    question=name,
                    question_version=VERSION,
                    choices=[],
                    correct=True,
                    first=True,
                )
            )
        db.session.commit()
    upgrade(older)
    with older.app_context():
        stand = [(each.lesson, each.question) for each in db.session.scalars(select(Answer).order_by(Answer.id))]
    assert stand == [
        (SLUG, "which"),
        ("expert-zone", "too-early"),
        ("expert-zone", "false-goodbye"),
        ("connections", "latest"),
        ("other", "too-early"),
    ]
