"""A real Chromium. Every test that uses `open_page` also requires: no CSP violation, no console error."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.stage.chromium import PATIENCE_MS
from tests.stage.courses import rich_course
from tests.stage.learners import Room, fresh_context
from tests.stage.running_site import RunningSite

HERE = Path(__file__).parent
TEST_SECONDS = 300
"""Of a test that names no other bound: they take up to twenty where nothing else runs."""

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of this folder time for a busy machine."""
    for item in items:
        if item.path.is_relative_to(HERE) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Look at what went wrong in the pages before anything is taken down: a page misses the site that it was open on."""
    result = yield
    if "open_page" in getattr(item, "funcargs", {}):
        item.funcargs["watched"].verify()  # type: ignore[attr-defined]
    return result


class Watched:
    """What went wrong in the pages of one test."""

    def __init__(self) -> None:
        self.console: list[str] = []
        self.pages: list[Page] = []
        self.expected: tuple[str, ...] = ()
        """Parts of console errors that the test brings about on purpose, such as a refused connection."""

    def watch(self, page: Page) -> Page:
        page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        self.pages.append(page)
        return page

    def _note(self, text: str) -> None:
        self.console.append(text)

    def verify(self) -> None:
        violations = [
            found
            for page in self.pages
            if not page.is_closed()
            for found in page.evaluate("() => window.__violations || []")
        ]
        assert violations == []
        assert [text for text in self.console if not any(part in text for part in self.expected)] == []


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture(scope="session")
def room(browser: Browser) -> Iterator[Room]:
    """Where the learners of `open_page` sit, one after another."""
    room = Room(browser)
    yield room
    room.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A context that nobody has used, for what must meet a cold cache or needs a context of its own."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        contexts.append(fresh_context(browser, **options))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


WORKBENCH_STARTED = "() => !document.querySelector('panel-tabs') || customElements.get('panel-tabs')"
"""A lesson's script waits for its programs, and a browser's load event doesn't: until then keys are not heard."""


@pytest.fixture(scope="session")
def rich_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with a small course of the tests' own: what the real lessons need not have is in it."""
    folder = tmp_path_factory.mktemp("rich")
    running = RunningSite(folder / "instance", COURSE_DIR=str(rich_course(folder / "lessons"))).start()
    yield running
    running.stop()


@pytest.fixture
def open_page(
    site: RunningSite, room: Room, new_context: Callable[..., BrowserContext], watched: Watched
) -> Iterator[Callable[..., Page]]:
    """Open an address of the site as a new learner; nothing may have gone wrong in it when the test is over.

    What may harm its browser, or must be alone in it, is opened `afresh`: in a context that nobody else gets.
    """

    def open_at(path: str, *, on: RunningSite = site, afresh: bool = False, **options: Any) -> Page:
        page = watched.watch(new_context(**options).new_page() if afresh else room.new_learner(on.url, **options))
        page.goto(on.url + path)
        if options.get("java_script_enabled", True):
            page.wait_for_function(WORKBENCH_STARTED)
        return page

    yield open_at
    room.clear()
