"""What golden files have in common: JSON that was recorded, bound by a hash to everything it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from course.content.files import is_there, read_text
from course.content.problems import ProblemList

RECORD = "Run: bin/course record."


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(*parts: Any) -> str:
    """Return the hash of values that JSON can represent: it differs as soon as one of them does."""
    return text_hash(json.dumps(parts))


def read_golden(path: Path, fits: Callable[[Any], bool]) -> Any:
    """Return what a golden file holds; None when there is no such file.

    Raises:
        ValueError: the file can't be read, or its content has the wrong form.
    """
    if not is_there(path):
        return None
    source = read_text(path, ProblemList(path.name))
    if source is None:
        raise ValueError(f"{path.name} can't be read")
    try:
        kept = json.loads(source)
    except RecursionError:
        kept = None
    if not fits(kept):
        raise ValueError(f"{path.name} does not hold what was recorded")
    return kept


def report_stale(file: ProblemList, line: int, message: str) -> None:
    """Report that a recording is missing, unreadable, outdated or left over: recording it again is the remedy."""
    file.warn(line, "golden-stale", message, RECORD)
