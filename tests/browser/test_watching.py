"""The watch over every page is itself awake: it hears what it must refuse."""

import pytest


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
