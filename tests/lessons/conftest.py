"""One warm grader, and one supervisor, for all exercises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course.grading.grader import Grader
from course.sandbox.host.supervisor import Supervisor
from course.sandbox.limits import Limits
from tests.stage.exercises import AT_ONCE, TIMED_AT_ONCE, Sandboxed, Stage, unconfined


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Run programs in the real sandbox; where this machine has none, as plain processes."""
    places = AT_ONCE + TIMED_AT_ONCE + 1
    supervisor = Supervisor(Limits(), tmp_path_factory.mktemp("sandboxes"), slots=places)
    supervisor.open()
    grader = Grader(at_once=places)
    grader.open()
    stage = Stage(grader, unconfined if supervisor.unavailable else Sandboxed(supervisor))
    yield stage
    stage.close()
    grader.close()
    supervisor.close()
