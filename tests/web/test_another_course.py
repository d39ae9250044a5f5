"""The site serves any course: a tiny one about radio, from the map to an exercise, and nothing of ours shows through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask.testing import FlaskClient

from course.config import ROOT, read_settings
from course.content.loader import load_course
from course.extensions import db
from course.factory import create_app
from tests.stage.courses import this_course

TINY = ROOT / "tests/courses/tiny"
ADDRESSES = {
    "/": "Two stations and one frequency",
    "/lessons/calling/": "Calling",
    "/lessons/calling/answer-over/": "Say over",
    "/lessons/listening/": "A station that listens",
    "/lessons/good-night/": "Good night",
    "/lessons/welcome/": "Welcome on the air",
    "/playground/": "An empty desk",
    "/glossary/": "Where a station listens",
    "/reference/": "calls everybody else",
    "/me/": "Your data",
}


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[FlaskClient]:
    app = create_app(read_settings({"INSTANCE_DIR": str(tmp_path), "COURSE_DIR": str(TINY)}))
    with app.app_context():
        flask_migrate.upgrade()
    yield app.test_client()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_it_has_no_problem() -> None:
    course = load_course(TINY)
    assert course.problems == ()
    assert [lesson.slug for lesson in course.everything] == ["calling", "listening", "good-night", "welcome"]
    assert course.lessons[0].deliveries[0].heard == {"A": 0, "B": 1, "C": 1}


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_of_its_pages_is_served_and_names_nothing_of_ours(learner: FlaskClient, address: str) -> None:
    page = learner.get(address, follow_redirects=True)
    assert page.status_code == 200
    assert ADDRESSES[address] in page.text
    assert "Ham radio" in page.text
    assert "Duplex" not in re.sub(r"<script.*?</script>", "", page.text, flags=re.DOTALL)
    ours = {lesson.slug for lesson in this_course().everything}
    assert ours.isdisjoint(re.findall(r"/lessons/([a-z0-9-]+)", page.text))


def test_a_learner_gets_from_the_map_to_an_exercise(learner: FlaskClient) -> None:
    address = "/"
    for step in ("/lessons/calling/", "/lessons/calling/answer-over/"):
        assert f'href="{step}"' in learner.get(address).text
        address = step
    assert "def call(text):" in learner.get(address).text


def test_its_delivery_question_is_marked_by_what_was_recorded(learner: FlaskClient) -> None:
    question = "/lessons/calling/questions/who-hears"
    wrong = learner.post(question, data={"choice": ["A", "B"]}, follow_redirects=True).text
    assert "Not quite" in wrong
    right = learner.post(question, data={"choice": ["B", "C"]}, follow_redirects=True).text
    assert "Right." in right
