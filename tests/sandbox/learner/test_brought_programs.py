"""Programs in the style of what people write: each runs as it does at home, or says why it can't and what to write."""

import pytest

from course.program import Runtime
from tests.stage.brought import NAMES, brought, play
from tests.stage.host import Host

CASES = [(name, runtime) for name in NAMES for runtime in brought(name).runtimes]


@pytest.mark.parametrize(("name", "runtime"), CASES)
def test_a_program_that_somebody_brings_runs_or_says_why_not(host: Host, name: str, runtime: Runtime) -> None:
    play(host, name, runtime)


def test_there_are_many_of_them() -> None:
    assert len(NAMES) >= 30
