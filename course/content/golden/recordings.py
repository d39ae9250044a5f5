"""Recordings: the table of a real run, kept with the hash of the script that made it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course.content.files import is_there, read_text
from course.content.golden.kept import text_hash
from course.content.pieces import Recording
from course.content.problems import ProblemList

FOLDER = "recordings"
KEYS = ("title", "made_by", "made_from", "columns", "rows")

_SHAPE = (
    'Write {"title": "…", "made_by": "recordings/<name>.py", "made_from": "…", "columns": ["…"], "rows": [["…"]]}, '
    "each row with a cell for every column."
)


def read_recording(folder: Path, name: str, problems: ProblemList) -> Recording | None:
    """Return the table in ``recordings/<name>.json`` of a bundle, or None when it can't be shown.

    A table whose script has changed since is shown, and reported. `problems` collects those of the file.
    """
    source = read_text(folder / FOLDER / f"{name}.json", problems)
    if source is None:
        return None
    try:
        kept = json.loads(source)
    except (ValueError, RecursionError) as error:  # the first also for a number of too many digits
        line, why = getattr(error, "lineno", 1), getattr(error, "msg", str(error))
        problems.add(line, "recording-file", f"This is not valid JSON: {why}.", _SHAPE)
        return None
    if not _fits(kept):
        problems.add(1, "recording-file", "The file does not hold a table as recordings do.", _SHAPE)
        return None
    _check_origin(folder, kept, problems)
    rows = tuple(tuple(map(str, row)) for row in kept["rows"])
    return Recording(name, kept["title"], tuple(kept["columns"]), rows)


def _fits(kept: Any) -> bool:
    if not isinstance(kept, dict) or kept.keys() != set(KEYS):
        return False
    columns, rows = kept["columns"], kept["rows"]
    return (
        all(isinstance(kept[key], str) for key in ("title", "made_by", "made_from"))
        and isinstance(columns, list)
        and isinstance(rows, list)
        and bool(columns and rows)
        and all(isinstance(column, str) for column in columns)
        and all(isinstance(row, list) and len(row) == len(columns) for row in rows)
        and all(isinstance(cell, str | int | float) for row in rows for cell in row)
    )


def _check_origin(folder: Path, kept: dict[str, Any], problems: ProblemList) -> None:
    made_by = kept["made_by"]
    path = folder / made_by
    if not made_by.startswith(f"{FOLDER}/") or ".." in made_by or not is_there(path):
        fix = "Keep the script that made it beside it, and name it in made_by."
        problems.warn(1, "recording-script", f"There is no script “{made_by}”.", fix)
        return
    script = read_text(path, problems)
    if script is not None and text_hash(script) != kept["made_from"]:
        fix = f"Run {made_by} again, and keep what it measures."
        problems.warn(1, "recording-stale", f"{made_by} has changed since this was recorded.", fix)
