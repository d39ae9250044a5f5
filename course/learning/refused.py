"""How a use case refuses a request."""

from __future__ import annotations

from typing import Any

from course.progress.not_kept import NotKept


class Refused(Exception):
    """The request can't be granted. `code` is stable; the message is a sentence for the learner."""

    def __init__(self, code: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.extra = extra
        """More fields of the answer, beside ``error``."""


def not_kept(reason: NotKept) -> Refused:
    """Return how a request is refused whose result could not be kept."""
    return Refused(reason.code, str(reason))
