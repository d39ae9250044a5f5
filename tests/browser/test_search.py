"""The search: opened by a key, results as you type, by keyboard alone, and without a script."""

import re

from playwright.sync_api import expect

from tests.stage.workbench import LESSON


def test_it_opens_by_a_key_and_goes_where_the_reader_chooses(open_page):
    page = open_page("/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search the course")
    expect(box).to_be_focused()
    box.press_sequentially("names history")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Two names with a history")
    expect(options.first.locator("mark").first).to_have_text("names")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/lessons/listening-to-events/#two-names-with-a-history"))
    expect(page.get_by_role("heading", name="Two names with a history")).to_be_in_viewport()


def test_arrow_keys_choose_and_nothing_found_says_so(open_page):
    page = open_page("/")
    page.get_by_role("link", name="Search").click()
    box = page.get_by_role("combobox", name="Search the course")
    box.fill("event")
    options = page.get_by_role("option")
    expect(options.nth(1)).to_be_visible()
    box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    box.press("ArrowUp")
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.fill("qwertyuiop")
    expect(options).to_have_count(0)
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("Nothing holds “qwertyuiop”.")
    expect(page.get_by_role("link", name="The course map lists everything")).to_be_visible()
    box.press("Escape")
    box.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_it_opens_from_the_editor_and_uncovers_what_a_mode_hides(open_page):
    page = open_page(f"{LESSON}?mode=myths")
    page.locator("code-editor .cm-content").click()
    page.keyboard.press("/")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search the course").fill("two names")
    expect(page.locator(".search-hit").first).to_contain_text("Two names")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Two names with a history")).to_be_in_viewport()


def test_it_works_without_a_script(open_page):
    page = open_page("/", java_script_enabled=False)
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Search the course").fill("catch all")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".found li").first).to_be_visible()
    page.locator(".found a").first.click()
    expect(page).to_have_url(re.compile("/lessons/"))
