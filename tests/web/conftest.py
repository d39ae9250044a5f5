from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

from course.config import read_settings
from course.content.loader import load_course
from course.extensions import db
from course.factory import create_app
from tests.stage.courses import LESSONS, rich_course, this_course


@pytest.fixture(autouse=True)
def this_course_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is frozen, so all tests can share it; those with a course of their own read that each time."""
    monkeypatch.setattr(
        "course.content.course_on_disk.load_course",
        lambda root: this_course() if root == LESSONS else load_course(root),
    )


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The whole site at rest: no process beside it."""
    app = create_app(read_settings({"INSTANCE_DIR": str(tmp_path)}))
    with app.app_context():
        flask_migrate.upgrade()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def learner(app: Flask) -> FlaskClient:
    """A browser with a cookie jar."""
    return app.test_client()


@pytest.fixture
def rich(tmp_path: Path) -> FlaskClient:
    """A browser on a site with a small course of the tests' own."""
    course = rich_course(tmp_path / "lessons")
    app = create_app(read_settings({"INSTANCE_DIR": str(tmp_path / "instance"), "COURSE_DIR": str(course)}))
    with app.app_context():
        flask_migrate.upgrade()
    return app.test_client()
