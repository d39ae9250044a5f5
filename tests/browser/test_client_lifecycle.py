"""Clients over the life of servers: run again, stopped, loaded again; and what they show of a hostile one."""

import pytest
from playwright.sync_api import Page, expect

from tests.stage.workbench import Workbench

PROGRAM = '''"""Says its round, and anything else."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("round")
def round_():
    return "ROUND"


@socketio.on("flood")
def flood(count):
    for number in range(count):
        emit("drop", number)
    return "all sent"


@socketio.on("hostile")
def hostile():
    emit("<img src=x onerror=alert(1)>", {"<b>": "<script>alert(1)</script>"})
    emit("__proto__", {"__proto__": {"polluted": 1}})
    emit("long", "x" * 50_000)
    return "👋🏽"


socketio.run(app)
'''


@pytest.fixture
def page(open_page) -> Page:
    return open_page("/playground/")


@pytest.fixture
def bench(page) -> Workbench:
    """A playground whose server runs, with clients that connect by themselves."""
    bench = Workbench(page)
    bench.start(PROGRAM.replace("ROUND", "first"))
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
    return bench


def sandbox_of(page: Page) -> str:
    path = str(page.evaluate("() => document.querySelector('client-card').link.manager.opts.path"))
    return path.split("/")[2]


def test_clients_follow_to_the_next_run_without_a_word_about_the_old_one(bench, page):
    a = bench.client("A")
    bench.write(PROGRAM.replace("ROUND", "second"))
    old = sandbox_of(page)
    bench.button("Run").click()
    page.wait_for_function(
        "(old) => !document.querySelector('client-card').link.manager.opts.path.includes(old)", arg=old
    )
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
    a.emit("round")
    a.expect_heard("ack", "second")
    for letter in "ABC":
        expect(bench.client(letter).card).not_to_contain_text("stopped")


def test_clients_stay_away_from_the_next_run_when_they_are_told_to(bench):
    bench.connect_by_hand()
    bench.button("Stop").click()
    expect(bench.client("A").state).to_have_text("Disconnected")
    bench.button("Run").click()
    bench.expect_running()
    bench.client("B").connect()
    bench.client("B").expect_connected()
    expect(bench.client("A").state).to_have_text("Disconnected")


def test_a_page_that_is_loaded_again_connects_its_clients_to_the_server_that_runs(bench, page):
    page.reload()
    bench.expect_running()
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
    bench.client("A").emit("round")
    bench.client("A").expect_heard("ack", "first")


def test_a_card_keeps_the_newest_100_rows_and_stays_at_the_newest(bench, page):
    a = bench.client("A")
    a.emit("flood", "450")
    a.expect_heard("ack", "all sent")
    expect(a.received).to_have_count(100)
    expect(a.received.first).to_contain_text("351")
    rest = "(list) => list.scrollHeight - list.scrollTop - list.clientHeight"
    assert a.card.locator(".received").evaluate(rest) < 2
    expect(bench.wire).to_contain_text("came too fast to show")


def test_the_wire_stays_at_the_newest_while_cards_grow_until_its_reader_goes_up(bench):
    wire = bench.wire.locator(".wire")
    rest = "(list) => list.scrollHeight - list.scrollTop - list.clientHeight"
    bench.client("A").emit("round")
    expect(bench.frame("first").first).to_be_in_viewport()
    assert wire.evaluate(rest) < 2
    wire.evaluate("(list) => { list.scrollTop = 0; }")
    bench.client("B").emit("flood", "1")
    bench.client("B").expect_heard("all sent")
    expect(bench.frame("all sent")).to_have_count(1)
    expect(bench.frame("all sent")).not_to_be_in_viewport()


def test_what_a_hostile_server_sends_is_text(bench, page):
    a = bench.client("A")
    a.emit("hostile")
    a.expect_heard("ack", "👋🏽")
    a.expect_heard("<img src=x onerror=alert(1)>", "<script>alert(1)</script>")
    a.expect_heard("__proto__", "polluted")
    expect(bench.frame("<img src=x").first).to_be_attached()
    assert page.locator(":is(client-list, wire-list) :is(img, script, b)").count() == 0
    assert page.evaluate("() => ({}).polluted") is None
    assert len(a.received.filter(has_text="xxx").inner_text()) < 3_000
