"""What the rest of the course tells a check run about the program under it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from course.grading.failures import ReportedException


class Reports:
    """What the sandbox reported while the checks ran: exceptions, and its end. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exceptions: list[ReportedException] = []
        self._ended: str | None = None
        self._end = threading.Event()
        self._raised = threading.Condition(self._lock)

    def note(self, note: Mapping[str, Any]) -> None:
        """Keep one note as `course.grading.reports.ReportRelay` writes it."""
        with self._lock:
            if "ended" in note:
                self._ended = str(note["ended"])
                self._end.set()
            else:
                line = note.get("line")
                self._exceptions.append(
                    ReportedException(
                        str(note.get("type", "Exception")),
                        str(note.get("message", "")),
                        line if isinstance(line, int) else None,
                        str(note.get("handler") or ""),
                        time.monotonic(),
                    )
                )
                self._raised.notify_all()

    @property
    def ended(self) -> str | None:
        """Return why the sandbox ended, in its own words; None while it runs."""
        with self._lock:
            return self._ended

    def wait_ended(self, seconds: float) -> str | None:
        """Return the same, after giving the sandbox's report time to arrive."""
        self._end.wait(seconds)
        return self.ended

    def exceptions_since(self, moment: float) -> list[ReportedException]:
        """Return what was raised after that moment of the monotonic clock, oldest first."""
        with self._lock:
            return self._since(moment)

    def wait_exception(self, moment: float, seconds: float) -> ReportedException | None:
        """Return the first one after that moment, after giving the sandbox's report time to arrive."""
        with self._lock:
            self._raised.wait_for(lambda: self._since(moment), seconds)
            return next(iter(self._since(moment)), None)

    def _since(self, moment: float) -> list[ReportedException]:
        return [exception for exception in self._exceptions if exception.noted_at >= moment]


MAX_NOTES = 50
"""More exceptions than this add nothing new; all of them together fit into a pipe's buffer, so reporting never
blocks."""
MAX_MESSAGE = 300

Note = Mapping[str, Any]


class ReportRelay:
    """Exceptions that the sandbox reported, and its end. Made before the sandbox starts, given to `Grader.run`.

    `exception` and `ended` may be called from any thread or greenlet, before, during and after the run; they
    never block for long.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: list[Note] = []
        self._listener: Callable[[Note], None] | None = None

    def exception(self, *, type: str, message: str, line: int | None, handler: str) -> None:
        """Report that the learner's program raised."""
        cut = {"type": type[:80], "message": message[:MAX_MESSAGE], "line": line, "handler": handler[:80]}
        self._add(cut)

    def ended(self, reason: str) -> None:
        """Report that the sandbox ended by itself, and why, in a sentence for the learner."""
        self._add({"ended": reason[:MAX_MESSAGE]}, always=True)

    def listen(self, listener: Callable[[Note], None] | None) -> None:
        """Pass every note, earlier ones included, to `listener`, until another (or None) takes its place."""
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
