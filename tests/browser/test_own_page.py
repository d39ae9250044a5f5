"""A program that has a page of its own: it is opened beside the clients, as the text tells the learner to."""

import pytest

from tests.stage.workbench import Workbench


@pytest.mark.parametrize(
    ("title", "event", "value"), [("One-way news", "publish", "It works"), ("Ask again later", "cook", "curry")]
)
def test_a_programs_own_page_hears_what_a_client_brings_about(open_page, title, event, value):
    page = open_page("/lessons/when-not-to-use-it/")
    bench = Workbench(page)
    page.locator("example-card").filter(has_text=title).get_by_role("button", name="Run this").click()
    bench.expect_running()
    bench.client("A").expect_connected()
    with page.context.expect_page() as opened:
        bench.client("A").settings().get_by_role("link", name="Open the server’s pages").click()
    own = opened.value
    own.wait_for_load_state()
    bench.client("A").emit(event, f'"{value}"')
    own.wait_for_function("(value) => document.body.innerText.includes(value)", arg=value)
