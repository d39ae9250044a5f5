"""A delivery question: nobody is an answer too, clients keep their order, and counts come after the commit only."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from course.content.model import Option, Question

SLUG = "listening-to-events"
HEARD = {"A": 1, "B": 0, "C": 2}
QUESTION = Question(
    id="who-hears",
    role="prediction",
    kind="delivery",
    stem_html="<p>Who gets it?</p>",
    options=tuple(
        Option(id=letter, html=letter, correct=times > 0, reason_html=f"<p>{letter} heard it {times} times.</p>")
        for letter, times in HEARD.items()
    ),
    accepted=(),
    reason_html="<p>C is in the room twice.</p>",
    version="1",
    line=1,
)


@pytest.fixture
def asking(app: Flask) -> FlaskClient:
    """A browser on a course whose lesson asks one delivery question."""
    courses = app.extensions["duplex-courses"]
    course = courses.current()
    lesson = replace(course.lesson(SLUG), blocks=(QUESTION,))
    courses._course = replace(course, lessons=(lesson,))
    return app.test_client()


def commit(asking: FlaskClient, *clients: str) -> str:
    sent = asking.post(
        f"/lessons/{SLUG}/questions/{QUESTION.id}", data={"choice": list(clients)}, follow_redirects=True
    )
    return sent.get_data(as_text=True)


def test_its_clients_stand_in_order_and_nothing_tells_the_answer(asking: FlaskClient) -> None:
    page = asking.get(f"/lessons/{SLUG}/").get_data(as_text=True)
    assert re.findall(r'type="checkbox" name="choice" value="(\w)"', page) == ["A", "B", "C"]
    assert "None is a possible answer" in page
    assert "heard it" not in page
    assert "in the room twice" not in page


@pytest.mark.parametrize(
    ("ticked", "verdict"), [(("A", "C"), "Right."), (("A",), "Not quite"), ((), "Not quite"), (("A", "B", "C"), "Not")]
)
def test_exactly_those_who_hear_it_are_right(asking: FlaskClient, ticked: tuple[str, ...], verdict: str) -> None:
    page = commit(asking, *ticked)
    (said,) = re.findall(r'<p class="verdict [^"]+">([^<]+)</p>', page)
    assert said.startswith(verdict)
    for words in ("A heard it 1 times.", "B heard it 0 times.", "C heard it 2 times.", "in the room twice"):
        assert words in page


def test_a_client_that_does_not_exist_is_no_answer(asking: FlaskClient) -> None:
    assert "Choose an answer first." in commit(asking, "D")
