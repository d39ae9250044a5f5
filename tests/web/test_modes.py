"""Modes: which block is shown where, without a script."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from course.config import ROOT
from course.web.views.modes import SENTENCES, marked
from tests.stage.courses import SLUG, quiz_of

LESSON = "/lessons/listening-to-events/"


class Block:
    """As much of a question or an exercise as a mode asks for."""

    def __init__(self, **fields: str) -> None:
        self.__dict__.update(fields)


def prose(html: str) -> dict[str, object]:
    return {"type": "prose", "html": Markup(html)}


def question(role: str) -> dict[str, object]:
    return {"type": "question", "question": {"role": role}, "answered": None}


def test_a_heading_is_shown_where_anything_below_it_is() -> None:
    blocks = marked(
        [
            prose("<p>Before.</p><h2 id='one'>One</h2><p>Text.</p><h3 id='deep'>Deep</h3>"),
            question("prediction"),
            prose('<h2 id="two">Two</h2><p>Text.</p>'),
            {"type": "example"},
            prose("<h2>Three</h2>"),
            {"type": "exercise", "exercise": Block(kind="fix")},
            question("question"),
        ]
    )
    shown = [(str(block.get("html", block["type"])), block["modes"]) for block in blocks]
    assert shown == [
        ("<p>Before.</p>", ["read"]),
        ("<h2 id='one'>One</h2>", ["read", "predict"]),
        ("<p>Text.</p>", ["read"]),
        ("<h3 id='deep'>Deep</h3>", ["read", "predict"]),
        ("question", ["read", "predict"]),
        ('<h2 id="two">Two</h2>', ["read", "run"]),
        ("<p>Text.</p>", ["read"]),
        ("example", ["read", "run"]),
        ("<h2>Three</h2>", ["read", "fix", "myths"]),
        ("exercise", ["read", "fix"]),
        ("question", ["read", "myths"]),
    ]


def test_no_word_of_the_text_is_lost_at_a_heading() -> None:
    html = "<p>a</p>\n<h2 id='x'>b <code>&lt;h2&gt;</code></h2>\n<ul><li>c</li></ul>\n<h3>d</h3>"
    together = "".join(str(block["html"]) for block in marked([prose(html)]))
    assert together.replace("\n", "") == html.replace("\n", "")


@pytest.mark.parametrize(
    ("asked", "shown"), [("", "read"), ("?mode=myths", "myths"), ("?mode=fix", "read"), ("?mode=nonsense", "read")]
)
def test_the_address_chooses_the_mode(rich: FlaskClient, asked: str, shown: str) -> None:
    page = rich.get(f"/lessons/{SLUG}/{asked}").get_data(as_text=True)
    (mode,) = re.findall(r'<article [^>]*data-mode="(\w+)"', page)
    assert mode == shown
    (current,) = re.findall(r'data-mode="(\w+)" aria-current="true"', page)
    assert current == shown
    assert ("has nothing under" in page) == (asked == "?mode=fix")


def test_the_switch_counts_what_is_done(app: Flask, learner: FlaskClient) -> None:
    lesson = app.extensions["duplex"].course.lesson("listening-to-events")
    prediction = next(each for each in lesson.questions if each.role == "prediction")
    quiz = next(each for each in quiz_of(lesson) if each.kind == "single")
    wrong = next(option for option in quiz.options if not option.correct)
    learner.post(f"{LESSON}questions/{prediction.id}", data={"choice": prediction.options[0].id})
    back = learner.post(f"{LESSON}questions/{quiz.id}", data={"choice": wrong.id, "mode": "myths"})
    assert "mode=myths" in back.headers["Location"]
    page = learner.get(f"{LESSON}?mode=myths&only=wrong").get_data(as_text=True)
    assert re.search(r"Predict <span class=\"count\">1/", page)
    assert re.search(r"Myths <span class=\"count\">0/", page)
    assert "1 to try again" in page
    assert len(re.findall(r'data-modes="read myths"[^>]* data-settled', page)) == len(quiz_of(lesson)) - 1


def test_the_style_sheet_knows_every_mode() -> None:
    rules = (ROOT / "static/css/lesson.css").read_text()
    for mode in SENTENCES:
        assert f'[data-mode="{mode}"] [data-modes]:not([data-modes~="{mode}"])' in rules
