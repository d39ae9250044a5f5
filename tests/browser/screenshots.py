"""Draw docs/images/lesson.png and lesson-dark.png: `python -m tests.browser.screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.workbench import EXERCISES, LESSON, Workbench
from tests.chromium import ARGUMENTS, CHROMIUM
from tests.running_site import ROOT, RunningSite

IMAGES = ROOT / "docs/images"
PROGRAM = (EXERCISES / "add-with-ack/solution/server.py").read_text()


def draw(browser: Browser, site: RunningSite, scheme: str, file: Path) -> None:
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


def main() -> None:
    """Draw both pictures on a site of their own."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = RunningSite(Path(folder) / "instance").start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            draw(browser, site, "light", IMAGES / "lesson.png")
            draw(browser, site, "dark", IMAGES / "lesson-dark.png")
        finally:
            browser.close()
            site.stop()


if __name__ == "__main__":
    main()
