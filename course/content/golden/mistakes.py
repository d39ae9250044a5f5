"""What was recorded of the known mistakes of a lesson: the frames of the first check that each of them fails."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from course.content.golden.kept import hash_of, read_golden, report_stale
from course.content.pieces import Exercise
from course.content.problems import ProblemList
from course.program import Files

GOLDEN_FILE = "golden/mistakes.json"

Held = Literal["exactly", "kinds", "no"]
"""How a fresh run must agree: frame for frame; in the kinds of frames, of which those after a question mark may be
missing; or not at all, because each run fails another check."""


@dataclass(frozen=True)
class KeptTrace:
    """The recorded frames of one known mistake."""

    made_from: str
    check: str
    """Name of the first check that fails."""
    held: Held
    frames: Mapping[str, tuple[str, ...]]
    """In the normal form of `course.authoring.normal_form`, by client."""


def made_from(files: Files, checks: str, runtime: str) -> str:
    """Return the hash of everything that a trace depends on."""
    return hash_of(sorted(files.items()), checks, runtime)


def name_of(exercise: str, mistake: str) -> str:
    """Return the name under which a trace is kept."""
    return f"{exercise}/{mistake}"


def golden_text(kept: Mapping[str, KeptTrace]) -> str:
    """Return the text of ``mistakes.json``."""
    return json.dumps({name: asdict(kept[name]) for name in sorted(kept)}, indent=1, ensure_ascii=False) + "\n"


def read_kept(folder: Path) -> dict[str, KeptTrace]:
    """Return what is recorded in a lesson's folder, by `name_of`; nothing when there is no such file.

    Raises:
        ValueError: the file can't be read.
    """
    kept = read_golden(folder / GOLDEN_FILE, _are_traces) or {}
    return {
        name: KeptTrace(
            value["made_from"],
            value["check"],
            value["held"],
            {client: tuple(frames) for client, frames in value["frames"].items()},
        )
        for name, value in kept.items()
    }


def check_traces(folder: Path, exercises: Mapping[str, Exercise | None], problems: ProblemList) -> None:
    """Report traces that are outdated or left over; `problems` collects those of the folder.

    Of an exercise that could not be read (None), nothing is said: it has a problem already.

    A mistake without a trace is not a problem: it is recorded when its author asks for it. An exercise that measures
    time has none at all, since its frames depend on the machine.
    """
    file = problems.beside(f"{problems.file}/{GOLDEN_FILE}")
    try:
        kept = read_kept(folder)
    except ValueError:
        report_stale(file, 1, "The recorded traces can't be read.")
        return
    expected = set()
    for exercise in filter(None, exercises.values()):
        for mistake in () if exercise.timed else exercise.mistakes:
            name = name_of(exercise.slug, mistake.id)
            expected.add(name)
            trace = kept.get(name)
            if trace is not None and trace.made_from != made_from(
                mistake.files, exercise.checks_source, exercise.runtime
            ):
                place = problems.beside(f"{problems.file}/exercises/{exercise.slug}/wrong/{mistake.id}/server.py")
                report_stale(place, 1, "What travels with it was recorded from other files.")
    unread = {slug for slug, exercise in exercises.items() if exercise is None}
    for name in sorted(kept.keys() - expected):
        if name.partition("/")[0] in unread:
            continue
        report_stale(file, 1, f"There is no known mistake “{name}” any more.")


def _are_traces(kept: Any) -> bool:
    return isinstance(kept, dict) and all(map(_is_trace, kept.values()))


def _is_trace(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"made_from", "check", "held", "frames"}
        and value["held"] in get_args(Held)
        and isinstance(value["frames"], dict)
        and all(isinstance(frames, list) for frames in value["frames"].values())
    )
