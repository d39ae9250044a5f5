"""What the rest of the course tells a check run about the program under it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

MAX_NOTES = 50
"""More exceptions than this say nothing new; all of them together stay below a pipe's buffer, so telling never
blocks."""
MAX_MESSAGE = 300

Note = Mapping[str, Any]


class LearnerNotes:
    """Exceptions the sandbox reported, and its end. Made before the sandbox starts, given to `Grader.run`.

    `exception` and `ended` may be called from any thread or greenlet, before, during and after the run; they
    never block for long.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: list[Note] = []
        self._listener: Callable[[Note], None] | None = None

    def exception(self, *, type: str, message: str, line: int | None, handler: str) -> None:
        """Tell that the learner's program raised."""
        cut = {"type": type[:80], "message": message[:MAX_MESSAGE], "line": line, "handler": handler[:80]}
        self._add(cut)

    def ended(self, reason: str) -> None:
        """Tell that the sandbox ended by itself, and why, in a sentence for the learner."""
        self._add({"ended": reason[:MAX_MESSAGE]}, always=True)

    def listen(self, listener: Callable[[Note], None] | None) -> None:
        """Hand every note, the earlier ones too, to `listener`, until another (or None) takes its place."""
        with self._lock:
            self._listener = listener
            if listener:
                for note in self._notes:
                    listener(note)

    def _add(self, note: Note, *, always: bool = False) -> None:
        with self._lock:
            if len(self._notes) >= MAX_NOTES and not always:
                return
            self._notes.append(note)
            if self._listener:
                self._listener(note)
