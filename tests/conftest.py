from collections.abc import Iterator

import pytest

from tests.running_site import RunningSite


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The real site, shared by all tests that only talk to it; every test is a learner of its own."""
    running = RunningSite(tmp_path_factory.mktemp("site")).start()
    yield running
    running.stop()
