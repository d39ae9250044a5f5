"""A running program, and what one check gets to see of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from course.grading.clients.server import Server
from course.grading.reports import Reports
from tests.grading.talkative import SOURCE
from tests.stage.unconfined import served


@pytest.fixture(scope="module")
def program() -> Iterator[tuple[Path, Reports]]:
    """Give the socket of a program with many handlers, and what it reported."""
    reports = Reports()
    with served(SOURCE, reports.note) as path:
        yield path, reports


@pytest.fixture
def server(program: tuple[Path, Reports]) -> Iterator[Server]:
    """Give the server as one check sees it."""
    server = Server(*program)
    yield server
    server.close()
