"""Terms: what a word means, shown where it stands, to the pointer, to the keyboard and to a finger."""

import re

from playwright.sync_api import expect

from tests.stage.courses import SLUG

MEANING = "The answer to one event, sent back to its sender alone."


def test_hover_and_focus_show_it_and_escape_closes_it(open_page, rich_site):
    page = open_page(f"/lessons/{SLUG}/", on=rich_site)
    term, popover = page.locator("a.term").first, page.locator("#term-popover")
    term.hover()
    expect(popover).to_contain_text(MEANING)
    expect(term).to_have_attribute("aria-describedby", "term-popover")
    popover.hover()
    expect(popover).to_be_visible()
    page.keyboard.press("Escape")
    expect(popover).to_be_hidden()
    page.mouse.move(700, 5)
    term.focus()
    expect(popover).to_be_visible()
    term.evaluate("(link) => link.blur()")
    expect(popover).to_be_hidden()
    expect(term).not_to_have_attribute("aria-describedby", re.compile("."))


def test_a_tap_shows_it_and_leads_on(open_page, rich_site):
    page = open_page(f"/lessons/{SLUG}/", on=rich_site, viewport={"width": 390, "height": 844}, has_touch=True)
    page.wait_for_function("() => customElements.get('share-address')")  # what is loaded last; until then it is a link
    page.locator("a.term").first.tap()
    popover = page.locator("#term-popover")
    expect(popover).to_contain_text(MEANING)
    popover.get_by_role("link", name="In the glossary").tap()
    expect(page).to_have_url(re.compile(r"/glossary/#acknowledgement"))


def test_the_reference_prints_on_two_pages(open_page):
    page = open_page("/reference/")
    printed = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2


def test_without_a_script_it_is_a_link(open_page, rich_site):
    page = open_page(f"/lessons/{SLUG}/", on=rich_site, java_script_enabled=False)
    page.locator("a.term").first.click()
    expect(page).to_have_url(re.compile(r"/glossary/#acknowledgement"))
