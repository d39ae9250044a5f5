"""Notices that an author saved a file, by its modification time: no dependency, works on every file system."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from course.content.files import is_left_behind

POLL_SECONDS = 1.0

_log = logging.getLogger(__name__)
_Snapshot = dict[str, tuple[int, int]]


class CourseWatcher:
    """Calls `on_change` with the changed, new and removed files, on a thread of its own.

    An exception in `on_change` is logged and watching goes on: a half-saved lesson must not end live reload.
    """

    def __init__(
        self, root: Path, on_change: Callable[[frozenset[Path]], None], *, poll_seconds: float = POLL_SECONDS
    ) -> None:
        self.root = root
        self.on_change = on_change
        self.poll_seconds = poll_seconds
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen: _Snapshot = {}

    def start(self) -> None:
        """Start watching; what is on disk now counts as known."""
        if self._thread is not None:
            raise RuntimeError("This watcher was started already.")
        self._seen = _snapshot(self.root)
        self._thread = threading.Thread(target=self._run, name="course-watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching and wait for the thread; harmless when it never ran."""
        self._stopped.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def look(self) -> frozenset[Path]:
        """Return the files that changed since the last look."""
        now = _snapshot(self.root)
        changed = [path for path in now.keys() | self._seen.keys() if now.get(path) != self._seen.get(path)]
        self._seen = now
        return frozenset(map(Path, changed))

    def _run(self) -> None:
        while not self._stopped.wait(self.poll_seconds):
            changed = self.look()
            if not changed:
                continue
            try:
                self.on_change(changed)
            except Exception:
                _log.exception("Reloading the course failed")


def _snapshot(root: Path) -> _Snapshot:
    seen: _Snapshot = {}
    folders = [str(root)]
    while folders:
        time.sleep(0)  # under gevent this thread is a greenlet: requests are served between two folders
        try:
            entries = list(os.scandir(folders.pop()))
        except OSError:  # removed between the listing and the look, like a file below
            continue
        for entry in entries:
            if is_left_behind(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
                continue
            with suppress(OSError):
                status = entry.stat()
                seen[entry.path] = (status.st_mtime_ns, status.st_size)
    return seen
