"""The wire: literal frames, each sign of them explained."""

import re

import pytest
from playwright.sync_api import expect

from tests.stage.workbench import ECHO, LESSON, Workbench


@pytest.fixture
def bench(open_page):
    bench = Workbench(open_page("/playground/"))
    bench.start(ECHO)
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
    return bench


def test_a_frame_is_shown_literally_with_each_part_explained(bench):
    bench.client("A").emit("add", "2, 3")
    sent = bench.frame("add 2, 3").first
    expect(bench.raw(sent)).to_have_text('420["add",2,3]')
    parts = sent.locator("dl.parts dt")
    expect(parts.first).to_have_text("4")  # the explanations come when the first frame is opened
    terms = parts.all_text_contents()
    assert terms[:3] == ["4", "2", "0"]
    assert "".join(terms) == '420["add",2,3]'
    meanings = sent.locator("dl.parts dd").all_text_contents()
    assert len(meanings) == len(terms) and all(meanings)
    answer = bench.wire.locator("details.frame.is-received").filter(has_text="ACK").first
    expect(bench.raw(answer)).to_have_text("430[5]")
    opening = bench.wire.locator("details.frame.is-received").first
    expect(bench.raw(opening)).to_contain_text('0{"sid":')


def test_the_heartbeat_is_hidden_but_counted(open_page):
    bench = Workbench(open_page("/playground/"))
    bench.start(ECHO.replace('async_mode="threading"', 'async_mode="threading", ping_interval=1'))
    hide = bench.wire.get_by_label(re.compile("hide heartbeat"))
    expect(bench.wire.locator(".chip .count")).to_have_text(re.compile(r"\(\d+\)"))
    expect(hide).to_be_checked()
    expect(bench.wire.locator(".is-heartbeat")).to_have_count(0)
    hide.uncheck()
    expect(bench.wire.locator(".is-heartbeat").first).to_be_visible()
    expect(bench.raw(bench.wire.locator(".is-heartbeat.is-received").first)).to_have_text("2")


def test_rows_can_be_filtered_paused_and_cleared(bench):
    rows = bench.wire.locator("details.frame")
    bench.client("A").emit("add", "2, 3")
    bench.client("B").emit("add", "4, 5")
    expect(bench.frame("add 4, 5").first).to_be_visible()
    bench.wire.get_by_label("Show the frames of").select_option("B")
    expect(bench.frame("add 2, 3")).to_have_count(0)
    bench.wire.get_by_label("Show the direction").select_option("sent")
    expect(bench.wire.locator("details.frame.is-received")).to_have_count(0)
    bench.wire.get_by_label("Show the frames of").select_option("")
    bench.wire.get_by_label("Show the direction").select_option("")
    expect(bench.frame("add 2, 3").first).to_be_visible()

    bench.wire.get_by_role("button", name="Pause").click()
    before = rows.count()
    bench.client("C").emit("add", "6, 7")
    bench.client("C").expect_heard("ack", "13")
    expect(bench.wire).to_contain_text("2 more since the pause")
    assert rows.count() == before
    bench.wire.get_by_role("button", name="Go on").click()
    expect(bench.frame("add 6, 7").first).to_be_visible()

    bench.wire.get_by_role("button", name="Clear").click()
    expect(rows).to_have_count(0)
    bench.client("A").emit("add", "8, 9")
    expect(bench.frame("add 8, 9").first).to_be_visible()


def test_a_row_tells_what_came_of_it(bench):
    a = bench.client("A")
    a.emit("add", "2, 3")
    a.expect_heard("ack", "5")
    asked = bench.frame("add 2, 3").first
    expect(bench.raw(asked)).to_be_visible()
    expect(asked.locator(".frame-body")).to_contain_text("Its answer came")
    answer = bench.wire.locator("details.frame.is-received").filter(has_text="ACK").first
    bench.raw(answer)
    expect(answer.locator(".frame-body")).to_contain_text("It answers “add”")


def test_opening_rows_moves_the_list_and_never_the_page(open_page):
    bench = Workbench(open_page(LESSON, viewport={"width": 820, "height": 700}))
    bench.start(ECHO)
    bench.tab("Wire")
    for row in (bench.frame("CONNECT").first, bench.frame("open").first):
        bench.raw(row)
        expect(row.locator("dl.parts")).to_be_visible()
    # Nothing reaches out of the panes, so neither a focus nor an anchor can scroll the header out of sight.
    height, window = bench.page.evaluate("() => [document.documentElement.scrollHeight, innerHeight]")
    assert height == window


def test_the_arrow_keys_go_from_row_to_row(bench):
    first = bench.wire.locator("details.frame summary").first
    first.focus()
    bench.page.keyboard.press("ArrowDown")
    expect(bench.wire.locator("details.frame summary").nth(1)).to_be_focused()
    bench.page.keyboard.press("Enter")
    expect(bench.wire.locator("details.frame").nth(1).locator(".raw")).to_be_visible()
    bench.page.keyboard.press("Home")
    expect(first).to_be_focused()


def test_an_empty_wire_offers_the_next_step(open_page):
    bench = Workbench(open_page("/playground/"))
    bench.connect_by_hand()
    bench.wire.get_by_role("button", name="Run the server").click()
    bench.expect_running()
    bench.wire.get_by_role("button", name="Connect the clients").click()
    for letter in "ABC":
        bench.client(letter).expect_connected()
    expect(bench.wire.locator("details.frame").first).to_be_visible()
