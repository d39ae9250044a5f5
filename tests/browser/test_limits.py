"""When something is full, gone, or too big: a sentence, and a way on."""

import pytest
from playwright.sync_api import expect

from tests.stage.running_site import RunningSite
from tests.stage.workbench import ECHO, Workbench


def test_a_program_over_the_limit_is_refused_in_words_and_stays_in_the_editor(open_page):
    bench = Workbench(open_page("/playground/"))
    long = ECHO + "# " + "x" * 200_000 + "\n"
    bench.write(long)
    bench.button("Run").click()
    expect(bench.notes).to_contain_text("192 KB")
    bench.expect_program(long)
    bench.start(ECHO)


@pytest.mark.parametrize(
    "path", ["/connect/w1-00000000000000000000000000000000", "/sandbox/w1-00000000000000000000000000000000/"]
)
def test_the_address_of_a_program_that_is_gone_says_what_to_do(open_page, watched, path):
    watched.expected = ("status of 410", "status of 404")
    page = open_page(path)
    expect(page.locator("body")).to_contain_text("Run")


def test_an_unknown_page_leads_back_to_the_map(open_page, watched):
    watched.expected = ("status of 404",)
    page = open_page("/lessons/listening-to-events/no-such-exercise/")
    page.get_by_role("main").get_by_role("link", name="Course map").click()
    expect(page.get_by_role("heading", name="Listening to events")).to_be_visible()


@pytest.fixture
def narrow_site(tmp_path):
    running = RunningSite(tmp_path / "instance", SANDBOX_SLOTS="1", SANDBOX_IDLE_SECONDS="60").start()
    yield running
    running.stop()


def test_when_every_place_is_taken_one_waits_and_is_served_in_turn(narrow_site, new_context, watched):
    first, second = (Workbench(watched.watch(new_context().new_page())) for _ in range(2))
    for bench in (first, second):
        bench.page.goto(f"{narrow_site.url}/playground/")
    first.start()
    for letter in "ABC":
        first.client(letter).expect_connected("websocket")
    second.button("Run").click()
    expect(second.pill).to_have_text("Waiting · number 1")
    first.button("Stop").click()
    second.expect_running()
    second.client("A").expect_connected()
    watched.verify()


@pytest.fixture
def hasty_site(tmp_path):
    # Who sees the warning has its seven seconds to press the button: many times what that takes.
    running = RunningSite(tmp_path / "instance", SANDBOX_IDLE_SECONDS="8", SANDBOX_IDLE_WARNING_SECONDS="7").start()
    yield running
    running.stop()


def test_an_idle_program_is_announced_may_be_kept_and_ends_in_words(hasty_site, new_context, watched):
    watched.expected = ("status of 410", "WebSocket connection to")
    bench = Workbench(watched.watch(new_context().new_page()))
    bench.page.goto(f"{hasty_site.url}/playground/")
    bench.start(ECHO)
    expect(bench.pill).to_contain_text("Idle · stops in")
    bench.button("Keep it running").click()
    expect(bench.pill).to_contain_text("Running ·")
    expect(bench.pill).to_have_text("Stopped: nobody used it")
    expect(bench.client("A").state).to_have_text("Disconnected")
    bench.notes.get_by_role("button", name="Run again").click()
    bench.expect_running()
    watched.verify()
