"""Modes of a lesson: one switch, remembered, with an address of its own, and without a script as well."""

import re

import pytest
from playwright.sync_api import expect

from tests.stage.workbench import LESSON

SWITCH = "Ways through this lesson"


def switch(page):
    return page.get_by_role("navigation", name=SWITCH)


def shown(page):
    """Return what kinds of blocks are in sight."""
    kinds = {"question": "quiz-question", "example": "example-card", "exercise": ".exercise-card", "text": ".lead"}
    return {kind for kind, place in kinds.items() if any(each.is_visible() for each in page.locator(place).all())}


def test_each_mode_shows_its_own_blocks_and_no_heading_above_nothing(open_page):
    page = open_page(LESSON)
    assert shown(page) == {"question", "example", "exercise", "text"}
    switch(page).get_by_role("link", name="Predict").press("Enter")
    expect(page).to_have_url(re.compile(r"\?mode=predict"))
    expect(page.get_by_role("heading", name="Predict", exact=True)).to_be_visible()
    assert shown(page) == {"question"}
    assert page.locator("quiz-question:visible").count() == page.locator("quiz-question[data-role=prediction]").count()
    expect(page.get_by_role("heading", name="What your function is given")).to_be_visible()
    expect(page.get_by_role("heading", name="Two names with a history")).to_be_hidden()
    switch(page).get_by_role("link", name="Run").click()
    assert shown(page) == {"example"}
    switch(page).get_by_role("link", name="Build").click()
    assert shown(page) == {"exercise"}
    expect(switch(page).get_by_role("link", name="Build")).to_have_attribute("aria-current", "true")


def test_the_mode_of_a_lesson_is_remembered_but_an_address_wins(open_page, site):
    page = open_page(LESSON)
    switch(page).get_by_role("link", name="Build").click()
    page.goto(site.url + LESSON)
    expect(switch(page).get_by_role("link", name="Build")).to_have_attribute("aria-current", "true")
    page.goto(f"{site.url}{LESSON}?mode=run")
    expect(switch(page).get_by_role("link", name="Run")).to_have_attribute("aria-current", "true")
    page.goto(f"{site.url}{LESSON}#two-names-with-a-history")
    expect(page.get_by_role("heading", name="Two names with a history")).to_be_in_viewport()


def test_the_score_follows_and_only_wrong_answers_come_back(open_page):
    page = open_page(f"{LESSON}?mode=myths")
    right, wrong = page.locator("#question-lost-typo"), page.locator("#question-async-handler")
    right.get_by_label(re.compile("Nothing, however long")).check()
    right.get_by_role("button", name="Check my answer").click()
    expect(page.locator(".score")).to_contain_text("1 of")
    expect(page.get_by_role("button", name="Only the wrong ones")).to_be_hidden()
    wrong.get_by_label(re.compile("event loop is busy")).check()
    wrong.get_by_role("button", name="Check my answer").click()
    expect(page.locator(".score")).to_contain_text("1 to try again")
    expect(switch(page).get_by_role("link", name="Myths")).to_contain_text("1/")
    page.get_by_role("button", name="Only the wrong ones").click()
    expect(page.locator("quiz-question:visible")).to_have_count(1)
    wrong.get_by_role("button", name="Try again").click()
    wrong.get_by_label(re.compile("nothing awaits it")).check()
    wrong.get_by_role("button", name="Check my answer").click()
    expect(wrong.locator(".verdict")).to_have_text("Right.")
    expect(wrong).to_be_visible()
    expect(page.locator(".score")).to_contain_text("2 of")
    page.get_by_role("button", name="Show every question").click()
    expect(right).to_be_visible()


def test_modes_work_without_a_script(open_page):
    page = open_page(LESSON, java_script_enabled=False)
    switch(page).get_by_role("link", name="Myths").click()
    assert shown(page) == {"question"}
    wrong = page.locator("#question-async-handler")
    wrong.get_by_label(re.compile("event loop is busy")).check()
    wrong.get_by_role("button", name="Check my answer").click()
    page.get_by_role("link", name="Only the wrong ones").click()
    expect(page.locator("quiz-question:visible")).to_have_count(1)
    wrong.get_by_role("link", name="Try again").click()
    expect(wrong.get_by_role("button", name="Check my answer")).to_be_visible()


def test_the_switch_fits_on_a_phone(open_page):
    page = open_page(f"{LESSON}?mode=myths", viewport={"width": 390, "height": 844})
    expect(switch(page).get_by_role("link", name="Myths")).to_be_in_viewport()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("mode", ["read", "reference"])
def test_on_a_phone_the_current_mode_is_in_sight_and_the_page_no_wider_than_the_screen(open_page, mode):
    page = open_page(f"{LESSON}?mode={mode}", viewport={"width": 390, "height": 844})
    current = page.locator("mode-switch [aria-current]")
    expect(current).to_have_text(re.compile(mode, re.IGNORECASE))
    expect(current).to_be_in_viewport(ratio=1)
    assert page.evaluate("() => document.querySelector('mode-switch').scrollWidth") <= 390


def test_the_keyboard_reaches_a_table_while_it_scrolls(open_page):
    page = open_page("/lessons/when-not-to-use-it/", viewport={"width": 390, "height": 844})
    expect(page.locator(".prose table").first).to_have_attribute("tabindex", "0")
    page.set_viewport_size({"width": 2400, "height": 844})
    expect(page.locator(".prose table").first).not_to_have_attribute("tabindex", "0")
