"""How a use case says no."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The wish can't be granted. `code` is stable; the message is a sentence for the learner."""

    def __init__(self, code: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.extra = extra
        """More fields of the answer, beside ``error``."""
