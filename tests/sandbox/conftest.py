"""One real supervisor for the tests that only start programs in it."""

from collections.abc import Iterator

import pytest

from tests.stage.host import Host


@pytest.fixture(scope="module")
def open_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Host(tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture
def host(open_host: Host) -> Iterator[Host]:
    """A host where nothing runs, before the test and after it."""
    yield open_host
    open_host.stop_all()
