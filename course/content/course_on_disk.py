"""The course as it is on disk now, with or without drafts, and notice of changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from course.content.loader import load_course
from course.content.model import Course
from course.content.watcher import CourseWatcher


class Courses:
    """The course on disk; in development it is read again when a file of it is saved.

    Drafts are visible in development only: elsewhere they have no page and no namespace.
    """

    def __init__(self, root: Path, *, drafts: bool) -> None:
        self._root, self._drafts = root, drafts
        self.whole = load_course(root)
        """The course with its drafts, as authors see it."""
        self._course = self._shown()
        self._known = {lesson.slug for lesson in self._course.readable}
        self.on_change: Callable[[str], None] = lambda slug: None
        self.on_new: Callable[[str], None] = lambda slug: None

    def current(self) -> Course:
        """Return the newest course that was read."""
        return self._course

    def watch(self) -> None:
        """Start watching the files."""
        self._watcher = CourseWatcher(self._root, self._reload)
        self._watcher.start()

    def _shown(self) -> Course:
        return self.whole if self._drafts else self.whole.without_drafts()

    def _reload(self, _changed: frozenset[Path]) -> None:
        before = self._faces()
        self.whole = load_course(self._root)
        self._course = self._shown()
        for slug, face in self._faces().items():
            if slug not in self._known:
                self._known.add(slug)
                self.on_new(slug)
            if before.get(slug) != face:
                self.on_change(slug)

    def _faces(self) -> dict[str, object]:
        """Return, by slug, what a page depends on: its files, and its problems (the target of a link may disappear)."""
        course = self._course
        return {
            lesson.slug: (lesson.version, [each for each in course.problems if each.file.startswith(lesson.folder)])
            for lesson in course.readable
        }
