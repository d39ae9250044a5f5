"""In development the problems of a lesson stand beside the lines they belong to; in production there is none of it."""

from __future__ import annotations

import re
from pathlib import Path

import flask_migrate
import pytest
from flask.testing import FlaskClient

from course.config import read_settings
from course.extensions import db
from course.factory import create_app
from tests.stage.courses import EXERCISE, LESSON, change, whole_course

PAGE = "/lessons/speaking-up/"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = whole_course(tmp_path / "lessons")
    change(root, LESSON, "draft: true", "draft: false")
    return root


def visit(root: Path, *, production: bool = False) -> FlaskClient:
    environment = {"INSTANCE_DIR": str(root.parent / "instance"), "COURSE_DIR": str(root), "SECRET_KEY": "x" * 16}
    app = create_app(read_settings({**environment, "PRODUCTION": "1" if production else "0"}))
    with app.app_context():
        flask_migrate.upgrade()
        db.session.remove()
        db.engine.dispose()
    return app.test_client()


def text_of(html: str) -> str:
    article = html.partition('<div class="lesson-body">')[2].partition("</article>")[0]
    return " ".join(re.sub(r"<[^>]*>", "", article).split())


def test_a_problem_stands_behind_the_paragraph_it_belongs_to(root: Path) -> None:
    line = change(root, LESSON, "## Show it", "First words.\n\nThe [way](#nowhere) out.\n\n- last\n\n## Show it") + 2
    page = visit(root).get(PAGE).text
    words = text_of(page)
    before, _, after = words.partition("The way out.")
    assert after.startswith(f" Line {line}. There is no heading “#nowhere”")
    assert "dead-link last Show it" in after
    assert "First words." in before
    assert "Line" not in before
    assert f'role="note" aria-label="Problem on line {line}"' in page


def test_a_note_is_shown_in_the_modes_of_its_block(root: Path) -> None:
    change(root, LESSON, "%% echo-louder\n:::", ":::")
    page = visit(root).get(PAGE).text
    assert re.search(r'data-modes="read myths" data-print="\w+">\s*<div class="problem-note"', page)


def test_a_broken_lesson_shows_what_could_be_read(root: Path) -> None:
    change(root, LESSON, "::: predict what-comes-back", "::: qredict what-comes-back")
    author = visit(root)
    words = text_of(author.get(PAGE).text)
    assert "so it is left out of the course" in words
    assert re.search(r"surprising thing\. Line \d+\. There is no block named “qredict”.* Show it", words)
    assert "What does it get?" not in words  # withheld: its key could be in it
    assert PAGE not in author.get("/").text.partition("<main")[2]
    assert author.get(f"{PAGE}echo-louder/").status_code == 200


def test_problems_of_other_files_are_listed_above(root: Path) -> None:
    line = change(root, f"{EXERCISE}/task.md", "Let the server", "The [way](#nowhere) out. Let the server")
    author = visit(root)
    for page in (PAGE, f"{PAGE}echo-louder/"):
        words = text_of(author.get(page).text)
        assert words.startswith(f"{EXERCISE}/task.md:{line} There is no heading")


def test_production_shows_none_of_it(root: Path) -> None:
    change(root, LESSON, "## Show it", "The [way](#nowhere) out.\n\n## Show it")
    page = visit(root, production=True).get(PAGE)
    assert "The " in page.text
    assert page.status_code == 200
    assert "problem" not in page.text
    assert "data-print" not in page.text
    change(root, LESSON, "::: predict what-comes-back", "::: qredict what-comes-back")
    assert visit(root, production=True).get(PAGE).status_code == 404
