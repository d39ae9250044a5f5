"""Plays the demonstrations of a lesson on its real programs, and keeps the traffic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from course.authoring.delivery_player import NotPlayed
from course.authoring.players import played
from course.authoring.program_runs import ProgramRuns
from course.content.golden.demonstrations import golden_file, golden_text
from course.content.model import Course, Lesson
from course.content.pieces import Demonstration

PLAY_SECONDS = 120.0
"""How long a demonstration may take."""


def record_demonstrations(course: Course, lesson: Lesson, runs: ProgramRuns, say: Callable[[str, bool], None]) -> bool:
    """Record the demonstrations of a lesson that have no valid recording; return whether all could be played.

    Args:
        course: as loaded from disk.
        lesson: one of it.
        runs: starts the programs.
        say: called with what was recorded, and whether that is all right.
    """
    folder = course.root / lesson.folder
    well = True
    for demonstration in lesson.demonstrations:
        if demonstration.trace is not None:
            continue
        name = f"{lesson.slug}/{demonstration.name}"
        try:
            trace = runs.played(demonstration.program, partial(watch, demonstration))
        except NotPlayed as reason:
            say(f"{name}: It can't be watched. {reason}", False)
            well = False
            continue
        path = folder / golden_file(demonstration.name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(golden_text(demonstration, trace), encoding="utf-8")
        say(f"{name}: {len(trace['rows'])} frames", True)
    kept = {golden_file(demonstration.name) for demonstration in lesson.demonstrations}
    for path in (folder / "golden").glob("watch-*.json"):
        if f"golden/{path.name}" not in kept:
            path.unlink()
    return well


def watch(demonstration: Demonstration, socket_path: Path) -> Mapping[str, Any]:
    """Play a demonstration once against the program at a socket; return its rows, marks and captions.

    Raises:
        NotPlayed: the server is gone, or a client got stuck.
    """
    steps = [asdict(step) for step in demonstration.steps]
    return played("course.authoring.watch_player", {"socket": str(socket_path), "steps": steps}, PLAY_SECONDS)
