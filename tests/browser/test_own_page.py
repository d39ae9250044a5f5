"""A program that has a page of its own: it is opened beside the clients, as the text tells the learner to."""

import re

import pytest

from tests.browser.workbench import Workbench


@pytest.mark.parametrize(
    ("title", "event", "value"), [("One-way news", "publish", "It works"), ("Ask again later", "cook", "curry")]
)
def test_a_programs_own_page_hears_what_a_client_brings_about(open_page, title, event, value):
    page = open_page("/lessons/when-not-to-use-it/")
    bench = Workbench(page)
    page.locator("example-card").filter(has_text=title).get_by_role("button", name="Run this").click()
    bench.expect_running()
    bench.client("A").expect_connected()
    bench.client("A").settings()
    shown = page.locator("client-card[data-client=A] .menu-body").inner_text()
    address = re.search(r"http\S+/A/", shown)
    assert address is not None, shown
    page.keyboard.press("Escape")
    own = page.context.new_page()
    own.goto(address[0])
    own.wait_for_load_state()
    bench.client("A").emit(event, f'"{value}"')
    own.wait_for_function("(value) => document.body.innerText.includes(value)", arg=value)
