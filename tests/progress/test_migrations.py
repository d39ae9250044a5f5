"""Existing data come through each change of the tables, and the tables are those of the models."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import column as col
from sqlalchemy import delete, func, insert, select, table, text
from sqlalchemy.types import JSON

from course.extensions import db, migrate
from course.progress import history, learners, work
from course.progress.models import Learner, WorkVersion
from course.progress.thinning import Held
from course.progress.writing import tune_sqlite

ROOT = Path(__file__).parents[2]
ME, OTHER = "a" * 32, "b" * 32
LESSON, EXERCISE = "listening-to-events", "add-with-ack"
WORK_BEFORE = ("id", "learner_id", "lesson", "exercise", "version", "saved_at", "hints_seen", "solution_asked")
WORK_BEFORE += ("passed_at", "best")
VERSION_BEFORE = ("id", "work_id", "version", "kind", "saved_at")
ATTEMPT_BEFORE = ("id", "work_id", "version", "passed", "total", "created_at")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A database with the tables as they were before versions were packed; TEST_DATABASE_URL names another database."""
    app = Flask("migrations")
    address = os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{tmp_path / 'test.sqlite'}"
    app.config["SQLALCHEMY_DATABASE_URI"] = address
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    with app.app_context():
        tune_sqlite(db.engine)
        flask_migrate.upgrade(revision="0004")
        yield app
        db.session.remove()
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="base")
        db.session.remove()
        db.engine.dispose()


def keep_as_before(learner: str, texts: list[str], checked: int) -> None:
    """Write rows as the site did before: every version in the history, the newest one with the work, too."""
    now = time.time()
    files = [{"server.py": each, "ü.txt": "“”"} for each in texts]
    number = 1 if learner == ME else 2
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO learner VALUES (:id, :at)"), {"id": learner, "at": now})
        connection.execute(
            insert(table("work", *map(col, WORK_BEFORE), col("files", JSON))).values(
                id=number,
                learner_id=learner,
                lesson=LESSON,
                exercise=EXERCISE,
                version=len(files),
                files=files[-1],
                saved_at=now,
                hints_seen=2,
                solution_asked=1,
                passed_at=now,
                best=1,
            )
        )
        for version, each in enumerate(files, start=1):
            connection.execute(
                insert(table("work_version", *map(col, VERSION_BEFORE), col("files", JSON))).values(
                    id=number * 1000 + version,
                    work_id=number,
                    version=version,
                    kind="check" if version == checked else "save",
                    files=each,
                    saved_at=now - 100 + version,
                )
            )
        for attempt, outcome in enumerate(["failed", "passed"], start=1):
            connection.execute(
                insert(table("attempt", *map(col, ATTEMPT_BEFORE), col("results", JSON))).values(
                    id=number * 10 + attempt,
                    work_id=number,
                    version=checked,
                    passed=attempt - 1,
                    total=1,
                    results=[{"outcome": outcome}],
                    created_at=now,
                )
            )


def test_programs_of_before_are_there_afterwards_with_their_history(app: Flask) -> None:
    texts = [f"text {number}" for number in range(250)]
    keep_as_before(ME, texts, checked=7)
    keep_as_before(OTHER, ["theirs"], checked=1)
    flask_migrate.upgrade()
    saved = work.find(ME, LESSON, EXERCISE)
    assert saved is not None
    assert saved.files == {"server.py": texts[-1], "ü.txt": "“”"}
    assert (saved.version, saved.passed, saved.best, saved.hints_seen) == (250, True, 1, 2)
    assert saved.results == [{"outcome": "passed"}]
    assert saved.checked == {"server.py": "text 6", "ü.txt": "“”"}
    assert [history.files_of(ME, LESSON, EXERCISE, number)["server.py"] for number in range(1, 251)] == texts
    held = dict(db.session.execute(select(WorkVersion.version, WorkVersion.held).where(WorkVersion.work_id == 1)).all())
    assert held[250] == Held.TAB and held[7] == Held.CHECKED | Held.PASSED and held[8] == 0
    mine = db.session.get(Learner, ME)
    kept = select(func.count(), func.sum(WorkVersion.size)).where(WorkVersion.work_id == 1)
    assert mine is not None and (mine.kept_versions, mine.kept_bytes) == tuple(db.session.execute(kept).one())
    assert work.save(ME, LESSON, EXERCISE, saved.files).version == 250, "the same text is known as the same"
    learners.forget(ME)
    assert work.find(OTHER, LESSON, EXERCISE) is not None


def test_going_back_gives_the_tables_of_before_with_their_data(app: Flask) -> None:
    keep_as_before(ME, ["one", "two"], checked=1)
    flask_migrate.upgrade()
    db.session.remove()
    flask_migrate.downgrade(revision="0004")
    rows = db.session.execute(text("SELECT files FROM work_version ORDER BY version")).scalars().all()
    assert [(json.loads(each) if isinstance(each, str) else each)["server.py"] for each in rows] == ["one", "two"]
    [newest] = db.session.execute(text("SELECT files FROM work")).scalars().all()
    assert "two" in str(newest)
    db.session.execute(delete(table("learner")))
    db.session.commit()


def test_the_migrations_lead_to_the_tables_of_the_models(app: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_an_upgrade_that_dies_leaves_the_tables_as_they_were(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_as_before(ME, ["one"], checked=1)
    monkeypatch.setattr("zlib.compress", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        flask_migrate.upgrade()
    monkeypatch.undo()
    flask_migrate.upgrade()
    assert work.find(ME, LESSON, EXERCISE) is not None
