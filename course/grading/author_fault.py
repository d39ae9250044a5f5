"""What broke in a ``checks.py``, for its author: learners read a sentence that costs them nothing instead."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST = 300
"""Characters of an exception's own words."""


@dataclass(frozen=True)
class AuthorFault:
    """An exception of a ``checks.py``, and the line of that file where it was on its way."""

    message: str
    line: int = 1

    @classmethod
    def of(cls, error: BaseException, file: Path | str) -> AuthorFault:
        """Return what `error` says about the checks in `file`: their innermost line that it has passed."""
        line = 1
        if isinstance(error, SyntaxError) and error.filename == str(file):
            line = error.lineno or 1
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename == str(file):
                line = frame.lineno or line
        words = " ".join(str(getattr(error, "msg", None) or error).split())
        return cls(f"{type(error).__name__}{f': {words}' if words else ''}"[:LONGEST], line)

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> AuthorFault | None:
        """Return the fault that was written as a JSON object, if there was one."""
        return cls(str(data["message"]), int(data["line"])) if data else None
