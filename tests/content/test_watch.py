"""A saved lesson is noticed, whatever the editor does to save it."""

from __future__ import annotations

import logging
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.content.watcher import CourseWatcher

PATIENCE = 10.0


@pytest.fixture
def changes() -> queue.Queue[frozenset[Path]]:
    return queue.Queue()


@pytest.fixture
def watcher(tmp_path: Path, changes: queue.Queue[frozenset[Path]]) -> Iterator[CourseWatcher]:
    (tmp_path / "01-x").mkdir()
    (tmp_path / "01-x/lesson.md").write_text("one")
    watcher = CourseWatcher(tmp_path, changes.put, poll_seconds=0.01)
    yield watcher
    watcher.stop()


def test_it_names_what_was_saved_made_and_removed(
    watcher: CourseWatcher, changes: queue.Queue[frozenset[Path]], tmp_path: Path
) -> None:
    watcher.start()
    lesson, other = tmp_path / "01-x/lesson.md", tmp_path / "01-x/other.py"
    lesson.write_text("one and two")
    assert changes.get(timeout=PATIENCE) == {lesson}
    other.write_text("x = 1")
    seen = changes.get(timeout=PATIENCE)
    assert seen == {other}
    other.unlink()
    while (seen := changes.get(timeout=PATIENCE)) and other.exists():
        pass
    assert seen == {other}


def test_it_notices_a_file_that_replaces_another(
    watcher: CourseWatcher, changes: queue.Queue[frozenset[Path]], tmp_path: Path
) -> None:
    watcher.start()
    (tmp_path / "draft").write_text("another text")
    assert changes.get(timeout=PATIENCE) == {tmp_path / "draft"}
    (tmp_path / "draft").replace(tmp_path / "01-x/lesson.md")
    seen = changes.get(timeout=PATIENCE)
    while tmp_path / "01-x/lesson.md" not in seen:
        seen |= changes.get(timeout=PATIENCE)
    assert tmp_path / "01-x/lesson.md" in seen


def test_compiled_files_are_no_change(watcher: CourseWatcher, tmp_path: Path) -> None:
    watcher.look()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/x.pyc").write_bytes(b"x")
    assert watcher.look() == frozenset()


def test_a_reload_that_fails_does_not_end_the_watch(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    calls: queue.Queue[frozenset[Path]] = queue.Queue()

    def reload(changed: frozenset[Path]) -> None:
        calls.put(changed)
        raise ValueError("half saved")

    watcher = CourseWatcher(tmp_path, reload, poll_seconds=0.01)
    with caplog.at_level(logging.CRITICAL, logger="course.content.watcher"):
        watcher.start()
        for name in ("a", "b"):
            (tmp_path / name).write_text(name)
            assert tmp_path / name in calls.get(timeout=PATIENCE)
        watcher.stop()


def test_it_starts_once(watcher: CourseWatcher) -> None:
    watcher.start()
    with pytest.raises(RuntimeError):
        watcher.start()


def test_stopping_a_watcher_that_never_ran_is_harmless(tmp_path: Path) -> None:
    CourseWatcher(tmp_path, lambda changed: None).stop()
