"""The watch over every page is itself awake: it hears what it must refuse; and who sits down is a stranger to the site."""

import pytest

from tests.stage.learners import Room


def test_a_page_that_breaks_the_policy_is_found_out(site, new_context, watched):
    page = watched.watch(new_context().new_page())
    page.goto(site.url)
    page.evaluate("() => { document.body.setAttribute('style', 'color: red'); }")
    page.wait_for_function("() => window.__violations.length > 0")
    with pytest.raises(AssertionError):
        watched.verify()


def test_an_error_in_the_console_is_found_out(site, new_context, watched):
    page = watched.watch(new_context().new_page())
    page.goto(site.url)
    with page.expect_console_message():
        page.evaluate("() => console.error('something broke')")
    with pytest.raises(AssertionError, match="something broke"):
        watched.verify()


KEEP = """async () => {
  document.cookie = "mine=1";
  localStorage.mine = sessionStorage.mine = "1";
  const request = indexedDB.open("mine");
  await new Promise((done) => { request.onsuccess = done; });
}"""
KEPT = """async () => [document.cookie, localStorage.mine ?? "", sessionStorage.mine ?? "",
  ...(await indexedDB.databases()).map(({ name }) => name)]"""


def test_a_learner_finds_nothing_of_the_one_who_sat_there_before(site, browser):
    room = Room(browser)
    try:
        before = room.new_learner(site.url)
        before.goto(site.url)
        course_cookies = before.context.cookies(site.url)
        before.evaluate(KEEP)
        assert before.evaluate(KEPT) == ["mine=1", "1", "1", "mine"]
        before.context.set_offline(True)
        room.clear()
        after = room.new_learner(site.url)
        assert after.context == before.context
        after.goto(site.url)
        assert after.evaluate(KEPT) == ["", "", ""]
        assert after.context.cookies(site.url) != course_cookies
        beside = room.new_learner(site.url)
        assert beside.context != after.context
    finally:
        room.close()
