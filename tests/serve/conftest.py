from collections.abc import Callable, Iterator

import pytest

from tests.serve.modes import MODES, served_in
from tests.stage.running_site import RunningSite


@pytest.fixture(scope="session")
def in_mode(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], RunningSite]]:
    """Return the site as it is served in a mode; each is started once. No program is run on it."""
    started: dict[str, RunningSite] = {}

    def start(mode: str) -> RunningSite:
        if mode not in started:
            started[mode] = served_in(mode, tmp_path_factory.mktemp(mode)).start()
        return started[mode]

    yield start
    for site in started.values():
        site.stop()


@pytest.fixture(params=MODES)
def served(request: pytest.FixtureRequest, in_mode: Callable[[str], RunningSite]) -> RunningSite:
    """The site as it is served in each mode."""
    return in_mode(request.param)
