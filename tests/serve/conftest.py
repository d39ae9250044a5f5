from collections.abc import Callable, Iterator

import pytest

from tests.stage.running_site import GUNICORN, RunningSite

PRODUCTION = {"PRODUCTION": "1", "SECRET_KEY": "x" * 32, "ALLOWED_HOSTS": "learn.example.org"}
MODES = ("development", "production")


@pytest.fixture(scope="session")
def in_mode(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], RunningSite]]:
    """Return the site as `make run` starts it, or as gunicorn does; each is started once. No program is run on it."""
    started: dict[str, RunningSite] = {}

    def start(mode: str) -> RunningSite:
        if mode not in started:
            folder = tmp_path_factory.mktemp(mode)
            if mode == "production":
                started[mode] = RunningSite(folder, GUNICORN, SANDBOX="off", **PRODUCTION).start()
            else:
                started[mode] = RunningSite(folder, SANDBOX="off").start()
        return started[mode]

    yield start
    for site in started.values():
        site.stop()


@pytest.fixture(params=MODES)
def served(request: pytest.FixtureRequest, in_mode: Callable[[str], RunningSite]) -> RunningSite:
    """The site as it is served in each mode."""
    return in_mode(request.param)
