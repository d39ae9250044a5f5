"""A delivery question: nobody is an answer too, clients keep their order, and counts come after the commit only."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from course.content.pieces import Option, Question

SLUG = "listening-to-events"
HEARD = {"A": 1, "B": 0, "C": 2}
QUESTION = Question(
    id="who-hears",
    role="prediction",
    kind="delivery",
    stem_html="<p>Who gets it?</p>",
    options=tuple(
        Option(
            id=letter,
            html=letter,
            correct=times > 0,
            reason_html=f"<p>{letter} heard it {times} times.</p>",
            times=times,
        )
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
    courses = app.extensions["duplex"].courses
    course = courses.current()
    lesson = replace(course.lesson(SLUG), blocks=(QUESTION,))
    courses._course = replace(course, lessons=(lesson,))
    return app.test_client()


def commit(asking: FlaskClient, *said: str) -> str:
    """Commit an answer: each of `said` is a client, or a client and how often it hears the event, as in ``C:2``."""
    choices = [each.partition(":") for each in said]
    times = {f"times-{client}": times or "1" for client, _, times in choices}
    data = {"choice": [client for client, _, _ in choices], **times}
    sent = asking.post(f"/lessons/{SLUG}/questions/{QUESTION.id}", data=data, follow_redirects=True)
    return sent.get_data(as_text=True)


def test_its_clients_stand_in_order_and_nothing_tells_the_answer(asking: FlaskClient) -> None:
    page = asking.get(f"/lessons/{SLUG}/").get_data(as_text=True)
    assert re.findall(r'type="checkbox" name="choice" value="(\w)"', page) == ["A", "B", "C"]
    assert "None is a possible answer" in page
    assert "heard it" not in page
    assert "in the room twice" not in page


@pytest.mark.parametrize(
    ("ticked", "verdict"),
    [
        (("A", "C:2"), "Right."),
        (("A", "C"), "Not quite"),
        (("A:2", "C:2"), "Not quite"),
        (("A",), "Not quite"),
        ((), "Not quite"),
        (("A", "B", "C:2"), "Not"),
    ],
)
def test_exactly_those_who_hear_it_as_often_as_they_do_are_right(
    asking: FlaskClient, ticked: tuple[str, ...], verdict: str
) -> None:
    page = commit(asking, *ticked)
    (said,) = re.findall(r'<p class="verdict [^"]+">([^<]+)</p>', page)
    assert said.startswith(verdict)
    for words in ("A heard it 1 times.", "B heard it 0 times.", "C heard it 2 times.", "in the room twice"):
        assert words in page


@pytest.mark.parametrize("said", ["D", "A:0", "A:x", "A:10", "A:²"])
def test_what_cannot_be_so_is_no_answer(asking: FlaskClient, said: str) -> None:
    assert "Choose an answer first." in commit(asking, said)


def test_a_wrong_count_is_shown_as_the_answer_that_was_given(asking: FlaskClient) -> None:
    page = commit(asking, "A", "C")
    assert re.findall(r'<label class="option (is-[\w-]+)', page) == ["is-correct", "is-left-out", "is-mistaken"]
    assert commit(asking, "A", "C:2").count("is-mistaken") == 0
