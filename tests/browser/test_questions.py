"""Predictions and questions: commit first, then every reason; with a script and without one."""

import re

import pytest
import requests
from playwright.sync_api import expect

from tests.stage.workbench import LESSON

REASON = "adds a name to the server"
"""Words of a reason: they must not be in the page before the commit, and must be there after it."""


def question(page, name):
    return page.locator(f"#question-{name}")


def choose(place, text):
    place.get_by_label(re.compile(text)).check()


def answer_as_somebody_else(site, name, text):
    """Answer as a new learner whose browser has no script; the option is the one whose words contain `text`."""
    with requests.Session() as learner:
        shown = learner.get(site.url + LESSON).text
        form = shown[shown.index(f'id="question-{name}"') :]
        form = form[: form.index("</form>")]
        values = re.findall(r'<input type="radio" name="choice" value="([^"]+)"[^>]*>(.*?)</label>', form, re.S)
        (choice,) = [value for value, words in values if text in words]
        learner.post(f"{site.url}{LESSON}questions/{name}", data={"choice": choice}).raise_for_status()


def test_a_prediction_tells_nothing_before_the_commit_and_every_reason_after_it(open_page):
    page = open_page(LESSON)
    prediction = question(page, "one-or-many")
    expect(prediction).to_contain_text("Can one server listen to several event types, or just one?")
    expect(prediction.locator(".option-reason")).to_have_count(0)
    assert REASON not in page.content()
    prediction.get_by_role("button", name="Commit to my guess").click()
    expect(prediction).to_contain_text("Choose an answer first.")
    choose(prediction, "Just one")
    prediction.get_by_role("button", name="Commit to my guess").click()
    expect(prediction.locator(".option-reason")).to_have_count(3)
    assert REASON in page.content()
    assert all(prediction.locator(".option-reason").all_text_contents())
    expect(prediction.locator(".verdict")).to_contain_text("Not quite")
    page.reload()
    expect(prediction.locator(".option-reason")).to_have_count(3)


def test_from_five_answers_on_the_votes_show_and_change_live(open_page, site):
    name = "who-is-first"
    for option in ("long, short, none", "none, short, long", "none, short, long"):
        answer_as_somebody_else(site, name, option)
    fourth, fifth = question(open_page(LESSON), name), question(open_page(LESSON), name)
    choose(fourth, "none, short, long")
    fourth.get_by_role("button", name="Commit").click()
    expect(fourth.locator(".verdict")).to_be_visible()
    expect(fourth.locator(".votes")).to_have_count(0)
    choose(fifth, "none, short, long")
    fifth.get_by_role("button", name="Commit").click()
    expect(fifth.locator(".is-correct .votes")).to_have_text("you · 80 %")
    expect(fourth.locator(".is-correct .votes")).to_have_text("you · 80 %")
    answer_as_somebody_else(site, name, "long, short, none")
    expect(fourth.locator(".is-correct .votes")).to_have_text("you · 67 %")


def test_the_quiz_has_enough_questions_and_only_wrong_ones_can_be_tried_again(open_page):
    page = open_page(LESSON)
    assert page.locator("quiz-question[data-role=question]").count() >= 6
    right, wrong = question(page, "lost-typo"), question(page, "async-handler")
    choose(right, "Nothing, however long")
    right.get_by_role("button", name="Check my answer").click()
    expect(right.locator(".verdict")).to_have_text("Right.")
    expect(right.locator(".option-reason")).to_have_count(4)
    choose(wrong, "The event loop is busy")
    wrong.get_by_role("button", name="Check my answer").click()
    expect(wrong.locator(".option-reason")).to_have_count(4)
    expect(page.get_by_role("button", name="Try again")).to_have_count(1)
    wrong.get_by_role("button", name="Try again").click()
    expect(wrong.locator(".option-reason")).to_have_count(0)
    choose(wrong, "nothing awaits it")
    wrong.get_by_role("button", name="Check my answer").click()
    expect(wrong.locator(".verdict")).to_have_text("Right.")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    page.reload()
    expect(wrong.locator(".verdict")).to_have_text("Right.")


def test_written_and_multiple_answers_are_graded_too(open_page):
    page = open_page(LESSON)
    written, several = question(page, "one-list"), question(page, "what-the-net-catches")
    written.get_by_label("Your answer").fill("1")
    written.get_by_role("button", name="Check my answer").click()
    expect(written.locator(".verdict")).to_have_text("Right.")
    choose(several, "Order, sent with one dish")
    several.get_by_role("button", name="Check my answer").click()
    expect(several.locator(".verdict")).to_contain_text("Not quite")


def test_who_receives_it_is_ticked_and_told_after_the_commit(open_page):
    page = open_page("/lessons/emitting-events/")
    place = question(page, "who-hears-emit")
    expect(place.get_by_role("checkbox")).to_have_count(3)
    expect(place).not_to_contain_text("heard it once")
    place.get_by_role("button", name="Commit to my guess").click()  # nobody is an answer, though not the right one here
    expect(place.locator(".verdict")).to_contain_text("Not quite")
    expect(place.locator(".option-reason")).to_have_text(
        ["A heard it once.", "B did not hear it.", "C did not hear it."]
    )
    place.get_by_role("button", name="Try again").click()
    place.get_by_role("checkbox", name="Client A").check()
    place.get_by_role("button", name="Commit to my guess").click()
    expect(place.locator(".verdict")).to_have_text("Right.")


def test_options_come_in_another_order_for_another_learner_and_the_same_for_the_same(open_page):
    def orders(page):
        return [page.locator(f"#{name} .option-text").all_text_contents() for name in names]

    page = open_page(LESSON)
    names = [each.get_attribute("id") for each in page.locator("quiz-question[data-kind=single]").all()]
    before = orders(page)
    page.reload()
    assert orders(page) == before
    assert orders(open_page(LESSON)) != before


@pytest.mark.parametrize(
    ("option", "verdict"), [("nothing awaits it", "Right."), ("The event loop is busy", "Not quite")]
)
def test_the_quiz_works_without_a_script(open_page, option, verdict):
    page = open_page(LESSON, java_script_enabled=False)
    place = question(page, "async-handler")
    place.get_by_role("button", name="Check my answer").click()
    expect(place.get_by_role("status")).not_to_be_empty()
    choose(place, option)
    place.get_by_role("button", name="Check my answer").click()
    expect(place.locator(".verdict")).to_contain_text(verdict)
    expect(place.locator(".option-reason")).to_have_count(4)


def test_without_a_script_a_wrong_answer_can_be_tried_again(open_page):
    page = open_page(LESSON, java_script_enabled=False)
    place = question(page, "async-handler")
    choose(place, "The event loop is busy")
    place.get_by_role("button", name="Check my answer").click()
    expect(place.locator(".option-reason")).to_have_count(4)
    place.get_by_role("link", name="Try again").click()
    expect(place.locator(".option-reason")).to_have_count(0)
    choose(place, "nothing awaits it")
    place.get_by_role("button", name="Check my answer").click()
    expect(place.locator(".verdict")).to_have_text("Right.")
    expect(place.get_by_role("link", name="Try again")).to_have_count(0)
