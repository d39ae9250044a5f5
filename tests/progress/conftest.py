from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from course.extensions import db
from course.progress import models  # noqa: F401  (registers the tables)
from course.progress.writing import tune_sqlite


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application with a database of its own, and nothing else."""
    app = Flask("progress")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'test.sqlite'}"
    db.init_app(app)
    with app.app_context():
        tune_sqlite(db.engine)
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()
