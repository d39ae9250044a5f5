"""Browser contexts that serve one learner after another: a kept context has the site's files and code cached."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.stage.chromium import PATIENCE_MS

WATCH_FOR_VIOLATIONS = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
WINDOW = {"width": 1366, "height": 768}


def fresh_context(browser: Browser, **options: Any) -> BrowserContext:
    """Return an unused context: its pages note what the Content Security Policy has refused."""
    context = browser.new_context(**{"viewport": WINDOW, **options})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(WATCH_FOR_VIOLATIONS)
    return context


@dataclass
class Seat:
    """A context for one learner at a time; only the browser's cache of files stays for the next one."""

    context: BrowserContext
    origins: set[str] = field(default_factory=set)
    """The sites that its learner has visited."""

    def __post_init__(self) -> None:
        self._keeper = self.context.new_page()  # without a page Chromium drops what the context has cached
        self._storage = self.context.new_cdp_session(self._keeper)

    def sit_down(self, origin: str, viewport: dict[str, int]) -> Page:
        """Open an empty page for the site at `origin`, which knows this learner from no earlier page."""
        self.forget(origin)
        self.origins.add(origin)
        page = self.context.new_page()
        if viewport != WINDOW:
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
        return page

    def forget(self, origin: str) -> None:
        self.context.clear_cookies()
        for each in {origin, *self.origins}:
            self._storage.send("Storage.clearDataForOrigin", {"origin": each, "storageTypes": "all"})

    def leave(self) -> None:
        """Close the learner's pages, and undo what a test does to a context."""
        for page in self.context.pages:
            if page != self._keeper:
                page.close()
        self.context.set_offline(False)
        self.context.unroute_all()


class Room:
    """The seats of a whole run, by the options of a context: a touch screen, a reader's preferences, no scripts."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[frozenset[tuple[str, Any]], list[Seat]] = {}
        self._taken: list[tuple[frozenset[tuple[str, Any]], Seat]] = []

    def new_learner(self, origin: str, *, viewport: dict[str, int] = WINDOW, **options: Any) -> Page:
        """Return the first page of somebody new to the site at `origin`."""
        kind = frozenset(options.items())
        free = self._free.setdefault(kind, [])
        seat = free.pop() if free else Seat(fresh_context(self._browser, **options))
        self._taken.append((kind, seat))
        return seat.sit_down(origin, viewport)

    def clear(self) -> None:
        """Let every learner leave."""
        while self._taken:
            kind, seat = self._taken.pop()
            seat.leave()
            self._free[kind].append(seat)

    def close(self) -> None:
        self.clear()
        for seats in self._free.values():
            for seat in seats:
                seat.context.close()
