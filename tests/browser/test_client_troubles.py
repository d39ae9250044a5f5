"""What a client card says when things do not go as wished."""

import pytest
from playwright.sync_api import expect

from tests.stage.workbench import ECHO, LESSON, Workbench

ASKING = ECHO.replace(
    "socketio.run(app)",
    """@socketio.on("question")
def question():
    emit("ask", "sure?", callback=lambda answer: socketio.emit("answered", answer))


@socketio.on("file")
def file(data):
    return data


@socketio.on("push_out")
def push_out():
    from flask_socketio import disconnect

    disconnect()


socketio.run(app)""",
)


@pytest.fixture
def bench(open_page):
    bench = Workbench(open_page(LESSON))
    bench.connect_by_hand()
    bench.start(ASKING)
    return bench


def test_an_origin_that_is_not_accepted_is_told_in_the_servers_words(bench, watched):
    watched.expected = ("status of 400",)
    a = bench.client("A")
    a.settings().get_by_label("Pretended origin").fill("https://example.com")
    a.connect()
    expect(a.state).to_have_text("Refused")
    expect(a.card.locator(".client-reason")).to_have_text("Not an accepted origin.")
    a.settings().get_by_label("Pretended origin").fill("")
    a.connect()
    a.expect_connected()


def test_a_message_that_is_too_large_says_so_on_the_card_and_in_the_log(bench):
    a = bench.client("A")
    a.connect()
    a.expect_connected("websocket")
    a.emit("shout", '"' + "x" * 300_000 + '"')
    expect(a.received.filter(has_text="A message is larger than 256 KB")).to_be_visible()
    bench.tab("Server log")
    expect(bench.log).to_contain_text("A message is larger than 256 KB")
    a.expect_connected()  # it comes back by itself


def test_a_name_that_the_library_keeps_for_itself_is_no_error_of_the_page(bench):
    a = bench.client("A")
    a.connect()
    a.expect_connected()
    a.emit("connect", "1")
    expect(a.received.filter(has_text="reserved event name")).to_be_visible()


def test_the_servers_own_question_is_answered_and_said_so(bench):
    a = bench.client("A")
    a.connect()
    a.expect_connected()
    a.emit("question", ack=False)
    a.expect_heard("ask", '"sure?"', "answered “ok”")
    a.expect_heard("answered", '"ok"')


def test_a_client_that_the_server_disconnects_says_so_and_its_open_question_too(bench):
    a = bench.client("A")
    a.connect()
    a.expect_connected("websocket")
    a.emit("push_out")
    expect(a.card.locator(".client-reason")).to_have_text("The server disconnected this client.")
    expect(a.received.filter(has_text="the connection ended before one came")).to_be_visible()


def test_clients_are_told_when_the_program_stops(bench):
    a = bench.client("A")
    a.connect()
    a.expect_connected()
    bench.button("Stop").click()
    expect(a.state).to_have_text("Disconnected")
    expect(a.received.filter(has_text="The server stopped")).to_be_visible()


def test_a_client_can_be_removed_and_its_letter_comes_back(bench):
    page = bench.page
    b = bench.client("B")
    b.connect()
    b.expect_connected()
    b.settings().get_by_role("button", name="Remove this client").click()
    expect(page.locator("client-card")).to_have_count(2)
    page.get_by_role("button", name="Add a client").click()
    bench.client("B").expect_connected()
    assert [card.get_attribute("data-client") for card in page.locator("client-card").all()] == ["A", "B", "C"]


def test_a_ready_client_shows_its_frames_again_after_a_reconnection_and_hears_of_the_end(bench, watched):
    watched.expected = ("status of 410", "WebSocket")
    page = bench.page
    page.get_by_role("button", name="Phone or terminal").click()
    address = page.get_by_role("dialog").locator("code.pre").first.text_content()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    tab = watched.watch(page.context.new_page())
    tab.goto(address)
    card = tab.locator("client-card")
    expect(card.locator(".client-state")).to_contain_text("Connected · websocket")
    opened = tab.locator("details.frame").filter(has_text="open")
    expect(opened).to_have_count(1)
    tab.evaluate("() => document.querySelector('client-card').link.manager.engine.close()")
    expect(opened).to_have_count(2)
    expect(card.locator(".client-state")).to_contain_text("Connected · websocket")
    bench.button("Stop").click()
    expect(bench.pill).to_contain_text("Stopped")
    expect(card.locator(".client-reason")).to_contain_text("This program has ended")
