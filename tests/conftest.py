import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.stage.cases import choose_profile
from tests.stage.chromium import ARGUMENTS, CHROMIUM, MISSING, WHY_SKIPPED
from tests.stage.running_site import RunningSite
from tests.stage.times_by_part import TimesByPart
from tests.stage.workers import OneBrowser, scheduling


def pytest_configure(config: pytest.Config) -> None:
    """Say at the end of a run where its time went; choose how many cases random tests try."""
    choose_profile()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job hands that on to all programs
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.pluginmanager.register(TimesByPart())


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark browser tests, and skip them where there is no Chromium and none is required."""
    if "browser" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.browser)
        if MISSING:
            item.add_marker(pytest.mark.skip(reason=WHY_SKIPPED))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneBrowser:
    """Say which worker a test runs on."""
    return scheduling(config, log)


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a short name: the path of a unix socket has 108 bytes at most (unix(7))."""
    return tmp_path_factory.mktemp("t")


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
