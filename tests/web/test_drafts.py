"""A lesson that is not finished: its author sees it, marked; a learner does not see it at all."""

from __future__ import annotations

from pathlib import Path

import flask_migrate
import pytest
from flask.testing import FlaskClient

from course.authoring.new_lesson import make_lesson
from course.config import read_settings
from course.extensions import db
from course.factory import create_app
from tests.stage.courses import LESSON, change, whole_course

FINISHED, DRAFT = "/lessons/speaking-up/", "/lessons/next/"


def visit(tmp_path: Path, *, production: bool) -> FlaskClient:
    root = whole_course(tmp_path / "lessons")
    make_lesson(root, "02-next")
    change(root, LESSON, "draft: true", "draft: false")
    environment = {"INSTANCE_DIR": str(tmp_path / "instance"), "COURSE_DIR": str(root), "SECRET_KEY": "x" * 16}
    app = create_app(read_settings({**environment, "PRODUCTION": "1" if production else "0"}))
    with app.app_context():
        flask_migrate.upgrade()
        db.session.remove()
        db.engine.dispose()
    return app.test_client()


@pytest.mark.parametrize("page", [DRAFT, f"{DRAFT}echo-louder/"])
def test_a_learner_finds_no_draft(tmp_path: Path, page: str) -> None:
    learner = visit(tmp_path, production=True)
    assert learner.get(page).status_code == 404
    for address in ("/", FINISHED):
        answer = learner.get(address)
        assert answer.status_code == 200
        assert DRAFT not in answer.text
        assert "draft" not in answer.text.lower()


def test_an_author_sees_it_with_a_mark(tmp_path: Path) -> None:
    author = visit(tmp_path, production=False)
    assert '<span class="tag">Draft</span>' in author.get(DRAFT).text
    assert '<span class="tag">Draft</span>' not in author.get(FINISHED).text
    assert "(draft)" in author.get(FINISHED).text
    assert author.get("/").text.count('<span class="tag">Draft</span>') == 1
