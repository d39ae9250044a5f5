"""One writer at a time, so that a greenlet that waits for the database never stops the others."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from course.extensions import db
from course.progress import not_kept, work, writing

HERE = Path(__file__).parent
BUSY_TIMEOUT_SECONDS = 5.0
NEVER = 1_000_000


def run(script: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, HERE / script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=HERE.parent.parent,
        env={"PYTHONPATH": str(HERE.parent.parent)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_writer_that_is_switched_away_does_not_freeze_the_process(tmp_path: Path) -> None:
    longest_stall = run("greenlet_writers.py", tmp_path / "w.sqlite")
    # Without the lock the second writer waits inside SQLite: no greenlet runs for the whole busy timeout.
    assert float(longest_stall) < BUSY_TIMEOUT_SECONDS / 2


def beside_a_lock(path: Path, let_go_after: int, wait: float = 60) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("writer_beside_a_lock.py", path, let_go_after, wait))
    return told


def test_while_another_process_holds_the_database_others_are_served_and_the_save_waits(tmp_path: Path) -> None:
    told = beside_a_lock(tmp_path / "w.sqlite", 20)
    assert told == {"turns": 20, "outcome": 1, "read": "there before", "log": []}


def test_a_save_that_waits_too_long_is_refused_in_words_and_in_one_line_of_the_log(tmp_path: Path) -> None:
    told = beside_a_lock(tmp_path / "w.sqlite", NEVER, 1)
    assert told["turns"] > 5, "the process stood still"
    assert told["outcome"] == f"Busy: {not_kept.Busy()}"
    assert told["read"] == "there before"
    assert told["log"] == ["a write was given up: database is locked"]


def test_what_the_database_refuses_is_told_without_its_sql(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """A full disk, a file that can't be read, tables that are missing: the limit on pages stands for all of them."""
    db.session.execute(text("PRAGMA max_page_count = 20"))
    db.session.commit()
    with pytest.raises(not_kept.Busy):
        for number in range(50):
            work.save("a" * 32, "lesson", f"exercise {number}", {"server.py": "x = 1\n" * 10 + str(number) * 4000})
    assert [record.getMessage() for record in caplog.records] == ["a write was given up: database or disk is full"]
    assert work.find("a" * 32, "lesson", "exercise 0") is not None, "what was kept before is there"


def test_the_lock_is_given_back_whatever_happens_inside(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), writing.writing():
        raise ZeroDivisionError
    assert not db.writer.locked()
    assert work.save("a" * 32, "lesson", "exercise", {"server.py": "mine"}).version == 1
