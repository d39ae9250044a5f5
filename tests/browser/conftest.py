"""A real Chromium. Every test that uses `open_page` also requires: no CSP violation, no console error."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.stage.courses import rich_course
from tests.stage.running_site import RunningSite

WATCH_FOR_VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


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


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": {"width": 1366, "height": 768}, **options})
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH_FOR_VIOLATIONS)
        contexts.append(context)
        return context

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
    site: RunningSite, new_context: Callable[..., BrowserContext], watched: Watched
) -> Iterator[Callable[..., Page]]:
    """Open an address of the site as a new learner; at the end nothing may have gone wrong in it."""

    def open_at(path: str, *, on: RunningSite = site, **options: Any) -> Page:
        page = watched.watch(new_context(**options).new_page())
        page.goto(on.url + path)
        if options.get("java_script_enabled", True):
            page.wait_for_function(WORKBENCH_STARTED)
        return page

    yield open_at
    watched.verify()
