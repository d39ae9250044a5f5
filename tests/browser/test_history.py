"""Earlier versions, page after page; a space that is full; a learner who is deleted in another tab."""

import sqlite3
from contextlib import closing

import pytest
import requests
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect

from tests.stage.page import Page
from tests.stage.running_site import RunningSite
from tests.stage.workbench import LESSON, Workbench

EXERCISE = f"{LESSON}add-with-ack/"
MANY = 70
FULL = "print(1)\n" * 500


def same_learner(page: BrowserPage, site: RunningSite) -> Page:
    """Return another open page of the learner whose browser this is."""
    browser = requests.Session()
    for cookie in page.context.cookies():
        browser.cookies.set(cookie["name"], cookie["value"])
    return Page(site.url, cookies=browser)


def open_history(bench: Workbench) -> None:
    bench.page.locator("run-toolbar").get_by_label("More", exact=True).click()
    bench.page.get_by_role("button", name="Earlier versions").click()


@pytest.fixture
def bench(open_page) -> Workbench:
    return Workbench(open_page(EXERCISE))


def test_older_versions_come_on_asking_by_keyboard_too(bench, site):
    with same_learner(bench.page, site) as tab:
        for number in range(MANY):
            saved = tab.ask("save", {"exercise": "add-with-ack", "files": {"server.py": f"# {number}"}, "loaded": True})
            assert saved["ok"], saved
    bench.expect_program(f"# {MANY - 1}")
    open_history(bench)
    dialog = bench.page.get_by_role("dialog")
    entries = dialog.get_by_role("listitem")
    expect(entries).to_have_count(30)
    dialog.get_by_role("button", name="Older").press("Enter")
    expect(entries).to_have_count(60)
    expect(entries.nth(30)).to_be_focused()
    expect(dialog.get_by_role("status")).to_have_text("30 older versions are shown.")
    dialog.get_by_role("button", name="Older").press("Enter")
    expect(entries).to_have_count(MANY)
    expect(dialog.get_by_role("button", name="Older")).to_be_hidden()
    entries.last.get_by_role("button", name="Compare").click()
    expect(dialog.locator(".diff")).to_contain_text("# 0")
    entries.last.get_by_role("button", name="Bring back").click()
    bench.expect_program("# 0")


def test_at_the_quota_the_page_says_so_and_nothing_that_was_typed_is_lost(bench, site):
    bench.write("x = 1\n")
    bench.expect_saved()
    with closing(sqlite3.connect(site.instance / "duplex.sqlite", timeout=30)) as kept:
        kept.execute(
            "UPDATE learner SET kept_versions = 100000 WHERE id IN (SELECT learner_id FROM work WHERE saved_at ="
            " (SELECT max(saved_at) FROM work))"
        )
        kept.commit()
    bench.write(FULL)
    state = bench.page.locator("code-editor .save-state")
    expect(state).to_contain_text("your earlier versions fill your space")
    expect(bench.notes).to_contain_text("Delete earlier versions under “Your data”, or go on tomorrow")
    expect(bench.notes.get_by_role("link", name="Your data")).to_be_visible()
    expect(bench.page.get_by_role("alert")).to_contain_text("This browser keeps your code.")
    bench.page.reload()
    bench.expect_program(FULL)
    expect(state).to_contain_text("your earlier versions fill your space")
    bench.page.goto(f"{site.url}/me/")
    bench.page.get_by_text("Delete earlier versions …").click()
    bench.page.get_by_role("button", name="Yes, delete earlier versions").click()
    expect(bench.page.get_by_role("heading", name="Your data")).to_be_visible()
    bench.page.goto(f"{site.url}{EXERCISE}")
    bench.expect_program(FULL)
    bench.expect_saved()


def test_a_page_whose_learner_is_deleted_in_another_tab_says_so_and_keeps_nothing(bench, site, watched):
    bench.write("x = 1\n")
    bench.expect_saved()
    other = watched.watch(bench.page.context.new_page())
    other.goto(f"{site.url}/me/")
    other.get_by_text("Delete me …").click()
    other.get_by_role("button", name="Yes, delete me").click()
    expect(other).to_have_url(f"{site.url}/")
    banner = bench.page.get_by_role("region", name="About this page")
    expect(banner).to_contain_text("Your data was deleted, so nothing on this page is kept any more.")
    bench.write("typed = 1\n")
    assert bench.page.evaluate("() => Object.keys(localStorage).filter((key) => key.includes('draft'))") == []
    banner.get_by_role("button", name="Begin anew").click()
    expect(banner).to_be_hidden()
    bench.page.wait_for_function("() => !document.querySelector('code-editor textarea')?.value.includes('typed')")
