"""The workspaces of a page: what the editor holds, the program's runtime, the progress of its checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from course.content.model import PLAYGROUND, SCRATCH, Lesson
from course.content.pieces import Exercise
from course.learning.actions import Learning
from course.program import Runtime
from course.progress.work import Saved

RUNTIMES: Mapping[Runtime, str] = {
    "threading": "threading",
    "gevent": "gevent",
    "gevent-patched": "gevent, monkey-patched",
}
"""Runtime → its name for learners."""


def lesson_workspaces(saved: Mapping[str, Saved], lesson: Lesson, learning: Learning) -> dict[str, Any]:
    """Return the free workspace of a lesson and one for each exercise, by name, with what is `saved` in them."""
    free = scratch_workspace(saved.get(SCRATCH), lesson.slug, "Examples", learning, lesson.events)
    return {
        SCRATCH: free,
        **{item.slug: exercise_workspace(saved.get(item.slug), lesson, item) for item in lesson.exercises.values()},
    }


def exercise_workspace(saved: Saved | None, lesson: Lesson, exercise: Exercise) -> dict[str, Any]:
    """Return the workspace of an exercise."""
    return {
        **_workspace(saved, exercise.title, dict(exercise.starter), exercise.events),
        **_runtimes((exercise.runtime,)),
        "hints": len(exercise.hints),
        "hints_seen": list(exercise.hints[: saved.hints_seen]) if saved else [],
        "total": len(exercise.tasks),
        "url": f"/lessons/{lesson.slug}/{exercise.slug}/",
    }


def scratch_workspace(
    saved: Saved | None, slug: str, title: str, learning: Learning, offered: tuple[str, ...]
) -> dict[str, Any]:
    """Return the free workspace of a lesson or of the playground; `offered` are events for the clients."""
    return {
        **_workspace(saved, title, dict(learning.starting_files(slug, SCRATCH)), offered),
        **_runtimes(learning.runtimes(slug, SCRATCH)),
        "hints": 0,
        "hints_seen": [],
        "total": 0,
        "url": f"/lessons/{slug}/" if slug != PLAYGROUND else "/playground/",
    }


def _runtimes(offered: Iterable[Runtime]) -> dict[str, Any]:
    """Return the runtimes of a workspace's programs, and which one is chosen at first."""
    named = [{"id": runtime, "name": RUNTIMES[runtime]} for runtime in offered]
    return {"runtimes": named, "runtime": named[0]["id"]}


def _workspace(saved: Saved | None, title: str, starter: dict[str, str], offered: tuple[str, ...]) -> dict[str, Any]:
    return {
        "title": title,
        "files": dict(saved.files) if saved and saved.version else starter,
        "version": saved.version if saved else 0,
        "events": list(offered),
        "results": saved.results if saved else [],
        "checked": saved.checked if saved else None,
        "passed": saved.best if saved else 0,
        "done": bool(saved and saved.passed),
    }
