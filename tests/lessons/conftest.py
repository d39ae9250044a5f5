"""One warm grader for all exercises."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course.grading.grader import Grader
from tests.lessons.stage import Stage


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    grader = Grader()
    grader.open()
    yield Stage(grader)
    grader.close()
