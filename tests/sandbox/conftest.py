"""One real supervisor for the tests that only start programs in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.sandbox.limits import Limits
from tests.stage.host import Host

HERE = Path(__file__).parent


STARTING = {"open_host", "learner_socket"}
"""Fixtures that start programs."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder that need a running program."""
    for item in items:
        if item.path.is_relative_to(HERE) and STARTING & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.programs)


@pytest.fixture(scope="session")
def open_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Host(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture
def host(open_host: Host) -> Iterator[Host]:
    """A host where nothing runs, before the test and after it."""
    yield open_host
    open_host.stop_all()


@pytest.fixture
def limited_host(host: Host, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Host]:
    """Give the host with these limits for the programs of the test."""

    def with_limits(**limits: float) -> Host:
        chosen = Limits(**{"start_seconds": 15, **limits})  # type: ignore[arg-type]
        monkeypatch.setattr(host.supervisor, "limits", chosen)
        return host

    return with_limits
