"""What clients and their evidence need from the server under check: the part of `Server` without clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from course.grading.clients.evidence import Listener
from course.grading.clients.recording import Recording
from course.grading.failures import CheckFailed
from course.grading.reports import Reports


class CheckedServer(Protocol):
    """The learner's running server, as one check sees it. `course.grading.clients.server` implements it."""

    reports: Reports
    recording: Recording

    def stopped(self) -> CheckFailed | None:
        """Return the failure to show when the server is no longer there, else None."""

    def others(self, than: Listener) -> Sequence[Listener]:
        """Return every other client of this check."""
