"""Draws what a trace looks like: a broadcast beside a room, a failed check, a fault and the recovery."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.test_diagram import SERVER, Diagram
from tests.stage.running_site import ROOT, RunningSite
from tests.stage.workbench import LESSON, Workbench

FAILING = ROOT / "lessons/04-emitting-events/exercises/three-audiences/solution/server.py"


@contextmanager
def opened(browser: Browser, site: RunningSite, scheme: str, path: str) -> Iterator[Page]:
    """Give a page of a new learner's, high enough for a picture."""
    context = browser.new_context(viewport={"width": 1440, "height": 1200}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.url}{path}")
    yield page
    context.close()


def running(page: Page, program: str) -> Workbench:
    """Start a program and wait for its three clients."""
    bench = Workbench(page)
    bench.start(program)
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
    return bench


def keep_lower(page: Page, file: Path) -> None:
    """Keep the clients and the panel below them."""
    page.get_by_role("button", name="Make room").click()
    page.mouse.move(0, 0)
    page.locator(".sandbox").screenshot(path=file)


def draw_broadcast_and_room(browser: Browser, site: RunningSite, scheme: str, file: Path) -> None:
    """Emit to everybody, then to a room of two."""
    with opened(browser, site, scheme, "/playground/") as page:
        bench = running(page, SERVER)
        diagram = Diagram(bench)
        bench.client("A").emit("shout", '"hi"', ack=False)
        expect(diagram.arrow('server → A, B, C: shouted "HI" all')).to_be_visible()
        for letter in "AB":
            bench.client(letter).emit("join", '"chess"', ack=False)
        bench.client("C").emit("say", '"chess", "mate"', ack=False)
        diagram.arrow('server → A, B: said "mate" room chess').click()
        keep_lower(page, file)


def draw_failed_check(browser: Browser, site: RunningSite, scheme: str, file: Path) -> None:
    """Let a check fail that finds one receiver too many."""
    with opened(browser, site, scheme, "/lessons/emitting-events/three-audiences/") as page:
        bench = Workbench(page)
        bench.write(FAILING.read_text().replace("include_self=False", "include_self=True"))
        bench.check()
        bench.expect_checked("2 of 3 checks passed")
        failed = bench.checks.locator("li.check.is-failed")
        failed.get_by_text("See it happen").click()
        expect(failed.locator("g.seq-entry.is-chosen")).to_contain_text("too many for sender")
        page.get_by_role("separator", name="Height of the editor").press("Home")
        page.locator("body").evaluate("() => document.activeElement.blur()")
        failed.evaluate("(it) => it.scrollIntoView({block: 'start'})")
        page.mouse.move(0, 0)
        page.locator(".sandbox").screenshot(path=file)


def draw_fault(browser: Browser, site: RunningSite, scheme: str, file: Path) -> None:
    """Lose an event with its connection; the client comes back and asks again."""
    with opened(browser, site, scheme, LESSON) as page:
        bench = running(page, SERVER)
        a = bench.client("A")
        a.emit("add", "2, 3")
        a.expect_heard("ack", "5")
        a.settings().get_by_role("button", name="it sends").click()
        page.keyboard.press("Escape")
        a.emit("add", "40, 2")
        a.expect_heard("No acknowledgement for “add”")
        a.expect_connected("websocket")
        a.emit("add", "40, 2")
        a.expect_heard("ack", "42")
        Diagram(bench)
        keep_lower(page, file)
