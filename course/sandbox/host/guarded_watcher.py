"""The one voice in which a sandbox speaks to its watcher: what the watcher raises is logged, and goes no further."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.sandbox.guarded import guarded
from course.sandbox.model import LearnerException, Mark, Output, StateChange, Watcher
from course.wire import TraceRow


class GuardedWatcher:
    """A `Watcher` around another one: it never raises.

    A mistake in a watcher must keep no sandbox from its end, and must not end the thread that reads a program's streams
    or the one that flushes its trace.
    """

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def state_changed(self, sandbox_id: str, change: StateChange) -> None:
        """Pass on a new state."""
        with guarded(f"the watcher of {sandbox_id}"):
            self._watcher.state_changed(sandbox_id, change)

    def output(self, sandbox_id: str, piece: Output) -> None:
        """Pass on what the program printed."""
        with guarded(f"the watcher of {sandbox_id}"):
            self._watcher.output(sandbox_id, piece)

    def exception(self, sandbox_id: str, exception: LearnerException) -> None:
        """Pass on what escaped from a handler."""
        with guarded(f"the watcher of {sandbox_id}"):
            self._watcher.exception(sandbox_id, exception)

    def traced(self, sandbox_id: str, rows: list[TraceRow], dropped: int) -> None:
        """Pass on a batch of frames."""
        with guarded(f"the watcher of {sandbox_id}"):
            self._watcher.traced(sandbox_id, rows, dropped)

    def inside(self, sandbox_id: str, reports: list[dict[str, Any]], dropped: int) -> None:
        """Pass on what the program reported of its inside."""
        with guarded(f"the watcher of {sandbox_id}"):
            self._watcher.inside(sandbox_id, reports, dropped)

    def marked(self, sandbox_id: str, marks: list[Mark]) -> None:
        """Pass on a batch of marks."""
        with guarded(f"the watcher of {sandbox_id}"):
            self._watcher.marked(sandbox_id, marks)

    def faults_changed(self, sandbox_id: str, in_force: Mapping[str, Mapping[str, Any]]) -> None:
        """Pass on which faults are in force."""
        with guarded(f"the watcher of {sandbox_id}"):
            self._watcher.faults_changed(sandbox_id, in_force)
