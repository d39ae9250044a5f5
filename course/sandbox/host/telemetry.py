"""What a sandbox tells its watcher: its states, trace, faults, output, exceptions, and what goes on inside it."""

from __future__ import annotations

import time

from course.sandbox.faults import Faults
from course.sandbox.guarded import guarded
from course.sandbox.host.guarded_watcher import GuardedWatcher
from course.sandbox.host.inside_reports import Inside
from course.sandbox.host.output import OutputMeter
from course.sandbox.limits import Limits
from course.sandbox.model import LearnerException, Output, StateChange, Stream, Watcher
from course.sandbox.per_second import PerSecond
from course.sandbox.trace import Trace

NOTICES_PER_SECOND = 3


class Telemetry:
    """Everything here reaches the watcher through one `GuardedWatcher`, under the sandbox's id.

    Args:
        sandbox_id: named in every call of the watcher.
        watcher: hears everything; may raise.
        limits: of the sandbox, for its output.
        before: of the run that this one continues: one trace, one clock, the same faults.
    """

    def __init__(self, sandbox_id: str, watcher: Watcher, limits: Limits, before: Telemetry | None = None) -> None:
        watcher = GuardedWatcher(watcher)
        self.trace: Trace = Trace(
            lambda rows, dropped: watcher.traced(sandbox_id, rows, dropped),
            flush_marks=lambda marks: watcher.marked(sandbox_id, marks),
            before=before.trace if before else None,
        )
        self.inside: Inside = Inside(
            lambda reports, dropped: watcher.inside(sandbox_id, reports, dropped),
            before=before.inside if before else None,
        )
        self.faults: Faults = Faults(
            self.trace.mark,
            lambda in_force: watcher.faults_changed(sandbox_id, in_force),
            before.faults if before else None,
        )
        self._sandbox_id, self._watcher = sandbox_id, watcher
        self._meter = OutputMeter(limits)
        self._notices = PerSecond(NOTICES_PER_SECOND)
        self._continues = before is not None

    def state_changed(self, change: StateChange) -> None:
        """Tell the new state."""
        self._watcher.state_changed(self._sandbox_id, change)

    def ready(self) -> None:
        """Set time 0 of the trace and of the reports: the program listens."""
        self.trace.ready()
        self.inside.ready()
        if self._continues:
            self.trace.mark("", "restarted", "Running again, with nothing in its memory.")

    def output(self, stream: Stream, data: bytes) -> bool:
        """Tell what the program printed, as far as its limits allow; return whether that was all."""
        for piece in self._meter.take(stream, data, time.monotonic()):
            self._watcher.output(self._sandbox_id, piece)
        return not self._meter.cut

    def notice(self, text: str) -> None:
        """Tell something of ours among what the program prints; more than `NOTICES_PER_SECOND` are left out."""
        if self._notices.take(time.monotonic()):
            self._watcher.output(self._sandbox_id, Output("notice", f"{text}\n"))

    def exception(self, exception: LearnerException) -> None:
        """Tell what escaped from one of the program's handlers."""
        self._watcher.exception(self._sandbox_id, exception)

    def close(self) -> None:
        """Cut the connections that faults hold, and tell what is left of the trace. Closing twice is harmless."""
        with guarded(f"closing the faults of {self._sandbox_id}"):
            self.faults.close()
        with guarded(f"closing the trace of {self._sandbox_id}"):
            self.trace.close()
