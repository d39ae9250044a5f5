"""The last net below a course: whatever goes wrong while one part of it is read is a problem of that part."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from course.content.problems import ProblemList

T = TypeVar("T")
_log = logging.getLogger(__name__)


def guarded(read: Callable[[], T], instead: T, problems: ProblemList) -> T:
    """Return what `read` returns. When it raises, report that, and return `instead`.

    Every mistake that we know has a rule of its own, with its line. This is for those that we don't know yet: they must
    not take the other lessons, or the site, down.
    """
    try:
        return read()
    except Exception as error:
        _log.exception("Reading %s failed", problems.file)
        what = "it is nested too deeply" if isinstance(error, RecursionError) else f"{type(error).__name__}: {error}"
        fix = "Undo the last change to it. The server's log has more, which helps whoever mends the course's reader."
        problems.add(1, "not-understood", f"This could not be read ({what[:200]}).", fix)
        return instead
