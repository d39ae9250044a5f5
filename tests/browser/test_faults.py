"""Faults on a client's real connection: set in its card, seen in its card, and gone again."""

from playwright.sync_api import expect

from tests.stage.workbench import ECHO, LESSON, Workbench

COUNTS = ECHO.replace(
    "socketio.run(app)",
    """count = 0


@socketio.on("count")
def add_one():
    global count
    count += 1
    return count


socketio.run(app)""",
)


def test_a_learner_breaks_a_connection_and_sees_it_recover(open_page, watched):
    watched.expected = ("ERR_EMPTY_RESPONSE", "ERR_CONNECTION", "status of 503", "WebSocket connection")
    bench = Workbench(open_page(LESSON))
    bench.start(COUNTS)
    a, b = bench.client("A"), bench.client("B")
    for client in (a, b):
        client.expect_connected("websocket")
    faults = a.card.locator("client-faults")
    expect(faults).to_be_hidden()

    # Frozen: what is meant for it waits, and everybody else goes on.
    a.settings().get_by_role("button", name="Freeze").click()
    expect(faults.get_by_role("listitem")).to_have_text("Frozen")
    bench.page.keyboard.press("Escape")
    b.emit("shout", '"hello"')
    b.expect_heard("shouted", "HELLO")
    expect(a.received.filter(has_text="shouted")).to_have_count(0)
    faults.get_by_role("button", name="All well again").click()
    a.expect_heard("shouted", "HELLO")
    expect(faults).to_be_hidden()
    expect(a.card.locator("summary")).to_be_focused()

    # An event that is lost on the way never reaches its handler; the client comes back, and nothing is replayed.
    a.settings().get_by_role("button", name="it sends").click()
    bench.page.keyboard.press("Escape")
    expect(faults).to_contain_text("Cut at next event sent")
    a.emit("count")
    expect(faults).to_be_hidden()
    a.expect_heard("No acknowledgement for “count”")
    a.expect_connected("websocket")
    a.emit("count")
    expect(a.card.locator(".received .is-ack .data")).to_have_text(["1"])

    # Without WebSockets it comes back on long-polling, with a delay set by keyboard.
    menu = a.settings()
    menu.get_by_role("button", name="Polling only").click()
    menu.get_by_label("Delay").press("ArrowRight")
    expect(faults.get_by_role("listitem")).to_have_text(["+50 ms each way", "Polling only"])
    bench.page.keyboard.press("Escape")
    a.expect_connected("polling")

    # A reloaded page knows, and takes it back.
    bench.page.reload()
    expect(faults).to_contain_text("Polling only")
    faults.get_by_role("button", name="All well again").click()
    expect(faults).to_be_hidden()
    a.expect_connected("polling")
    a.disconnect()
    a.connect()
    a.expect_connected("websocket")


def test_a_killed_server_says_so_and_one_click_brings_it_and_its_clients_back(open_page, watched):
    watched.expected = ("ERR_", "status of 503", "WebSocket connection")
    bench = Workbench(open_page(LESSON))
    bench.start(COUNTS)
    a = bench.client("A")
    a.expect_connected("websocket")
    answers = a.card.locator(".received .is-ack .data")
    a.emit("count")
    expect(answers).to_have_text(["1"])
    server = bench.page.locator("server-faults")
    server.locator("summary").click()
    server.get_by_role("button", name="Kill the server").click()
    expect(bench.pill).to_have_text("Killed")
    expect(bench.page.get_by_text("You killed the server process").first).to_be_visible()
    expect(a.state).not_to_contain_text("Connected")
    server.get_by_role("button", name="Restart").click()
    bench.expect_running()
    a.expect_connected("websocket")
    a.emit("count")
    expect(answers).to_have_text(["1", "1"])  # nothing of its memory is left
    expect(server.get_by_role("button", name="Restart")).to_be_hidden()
