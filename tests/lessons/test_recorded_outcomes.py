"""The key of a delivery question is what was recorded once; it must still be what real clients hear."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course.authoring.program_runs import ProgramRuns
from course.content.pieces import Delivery
from course.grading.grader import Grader
from course.sandbox.host.supervisor import Supervisor
from course.sandbox.limits import Limits
from tests.stage.courses import this_course


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProgramRuns]:
    supervisor = Supervisor(Limits(), tmp_path_factory.mktemp("sandboxes"), slots=2)
    supervisor.open()
    if supervisor.unavailable:
        pytest.skip(supervisor.unavailable)
    yield ProgramRuns(supervisor, Grader())
    supervisor.close()


@pytest.mark.parametrize(
    "delivery",
    [
        pytest.param(delivery, id=f"{lesson.slug}/{delivery.question}")
        for lesson in this_course().everything
        for delivery in lesson.deliveries
    ],
)
def test_the_recorded_outcome_is_what_clients_hear(runs: ProgramRuns, delivery: Delivery) -> None:
    assert runs.heard(delivery.scenario) == delivery.heard
