from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

from course.config import read_settings
from course.extensions import db
from course.factory import create_app


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
