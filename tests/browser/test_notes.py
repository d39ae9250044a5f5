"""A note on a paragraph: by the pointer, by the keyboard, and without a script."""

from playwright.sync_api import expect

from tests.stage.workbench import LESSON


def kept(page, site):
    return page.request.get(f"{site.url}/me/data.json").json()["notes"]


def test_the_paragraph_under_the_pointer_offers_a_note(open_page, site):
    page = open_page(LESSON)
    paragraph = page.locator(".prose p", has_text="Misspell an event and nothing happens")
    expect(page.get_by_role("button", name="Leave notes on paragraphs")).to_have_count(1)
    paragraph.hover()
    button = page.get_by_role("button", name="Note on “Misspell an event")
    button.click()
    text = page.get_by_role("textbox", name="Your note")
    expect(text).to_be_focused()
    text.press("Escape")
    expect(text).to_have_count(0)
    button.click()
    text.fill("Why is there no error?")
    page.get_by_role("button", name="Send the note").click()
    expect(page.get_by_text("Thank you. Your note is kept")).to_be_focused()
    (note,) = kept(page, site)
    assert note["text"] == "Why is there no error?"
    assert note["paragraph"].startswith("Misspell an event and nothing happens. No error in the browser")


def test_a_switch_offers_a_note_on_each_paragraph_to_keyboard_and_finger(open_page, site):
    page = open_page(LESSON, viewport={"width": 390, "height": 844}, has_touch=True)
    switch = page.get_by_role("button", name="Leave notes on paragraphs")
    switch.press("Enter")
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Note on “Misspell an event").press("Enter")
    page.get_by_role("textbox", name="Your note").fill("Where do I look?")
    page.get_by_role("button", name="Send the note").tap()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert "Note" not in kept(page, site)[0]["paragraph"]
    switch.press("Enter")
    expect(page.get_by_role("button", name="Note on")).to_have_count(0)


def test_without_a_script_a_note_is_about_the_lesson(open_page, site):
    page = open_page(LESSON, java_script_enabled=False)
    page.get_by_text("Did something confuse you?").click()
    page.get_by_label("What was it, and what did you expect?").fill("The word namespace.")
    page.get_by_role("button", name="Send the note").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert kept(page, site)[0]["paragraph"] == ""
