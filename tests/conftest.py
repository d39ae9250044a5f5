from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.stage.chromium import ARGUMENTS, CHROMIUM, MISSING, WHY_SKIPPED
from tests.stage.running_site import RunningSite


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests by name where there is no Chromium, unless they are required."""
    for item in items:
        if MISSING and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=WHY_SKIPPED))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one Chromium of the whole run: Playwright allows one of itself in a process."""
    assert CHROMIUM, "REQUIRE_BROWSER is set, but there is no Chromium: install the package `chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The real site, shared by all tests that only talk to it; every test is a learner of its own."""
    running = RunningSite(tmp_path_factory.mktemp("site")).start()
    yield running
    running.stop()
