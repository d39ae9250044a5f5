"""Draw the pictures in docs/images, of the site as it is: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.trace_pictures import draw_broadcast_and_room, draw_failed_check, draw_fault
from tests.stage.chromium import ARGUMENTS, CHROMIUM
from tests.stage.running_site import ROOT, RunningSite
from tests.stage.workbench import EXERCISES, LESSON, Workbench

IMAGES = ROOT / "docs/images"
PROGRAM = (EXERCISES / "add-with-ack/solution/server.py").read_text()


RACE = "/lessons/websocket-basics/"
PATIENCE_MS = 60_000


def draw_map(browser: Browser, site: RunningSite, scheme: str, file: Path) -> None:
    """Keep what a newcomer sees first."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(site.url)
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    page.screenshot(path=file)
    context.close()


def draw_race(browser: Browser, site: RunningSite, scheme: str, file: Path) -> None:
    """Run the race of lesson 1, and keep its result."""
    context = browser.new_context(viewport={"width": 1440, "height": 1100}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.url}{RACE}")
    race = page.locator("exhibit-race")
    race.get_by_role("button", name="Start the race").click()
    expect(race.locator(".exhibit-result")).not_to_be_empty(timeout=PATIENCE_MS)
    page.mouse.move(0, 0)
    race.screenshot(path=file)
    context.close()


def draw_lesson(browser: Browser, site: RunningSite, scheme: str, file: Path) -> None:
    """Make a guess and solve the first exercise as a learner would, and keep what that looks like."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site.url}{LESSON}")
    prediction = page.locator("#question-one-or-many")
    prediction.get_by_role("radio", name="As many as you like").check()
    prediction.get_by_role("button", name="Commit").click()
    expect(prediction.locator(".verdict")).to_be_visible()
    bench = Workbench(page)
    page.get_by_role("combobox", name="Program").select_option(label="Answer with the sum")
    bench.write(PROGRAM)
    bench.start()
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
    for letter, arguments, total in (("A", "2, 3", "5"), ("B", "40, 2", "42"), ("C", "1.5, 2", "3.5")):
        bench.client(letter).emit("add", arguments)
        bench.client(letter).expect_heard("ack", total)
    bench.check()
    bench.expect_checked("All 3 checks passed")
    bench.expect_saved()
    page.locator("body").evaluate("() => document.activeElement.blur()")
    page.mouse.move(0, 0)
    expect(page.get_by_role("tab", name="Checks")).to_have_attribute("aria-selected", "true")
    page.screenshot(path=file)
    context.close()


PICTURES = (
    ("map", draw_map, "light"),
    ("lesson", draw_lesson, "light"),
    ("lesson-dark", draw_lesson, "dark"),
    ("race", draw_race, "light"),
    ("broadcast-and-room", draw_broadcast_and_room, "light"),
    ("failed-check", draw_failed_check, "light"),
    ("fault-and-recovery", draw_fault, "dark"),
)


def main(*wanted: str) -> None:
    """Draw every picture, or those that are wanted, on a site of its own. The race is better on a quiet machine."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = RunningSite(Path(folder) / "instance").start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            for name, draw, scheme in PICTURES:
                if not wanted or name in wanted:
                    draw(browser, site, scheme, IMAGES / f"{name}.png")
        finally:
            browser.close()
            site.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
