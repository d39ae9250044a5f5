"""Clients A, B, C and more: each a real Socket.IO connection through the gateway."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.stage.workbench import A_POLL_CUT_SHORT, ECHO, LESSON, Workbench


@pytest.fixture
def bench(open_page, watched):
    """A lesson page whose server runs; its clients wait for their own Connect."""
    watched.expected = (A_POLL_CUT_SHORT,)
    bench = Workbench(open_page(LESSON))
    bench.connect_by_hand()
    bench.start(ECHO)
    return bench


def test_clients_connect_by_each_transport_and_the_wire_tells_them_apart(bench):
    a, b, c = (bench.client(letter) for letter in "ABC")
    b.settings().get_by_label("Transport").select_option("polling")
    b.settings().locator("summary").click()
    c.settings().get_by_label("Transport").select_option("websocket")
    c.settings().locator("summary").click()
    for client, transport in ((a, "websocket"), (b, "polling"), (c, "websocket")):
        client.connect()
        client.expect_connected(transport)
    upgrade = bench.wire.locator("details.frame .eio").get_by_text("upgrade", exact=True)
    expect(upgrade).to_have_count(1)
    bench.wire.get_by_label("Show the frames of").select_option("C")
    expect(bench.wire.locator("details.frame").first).to_be_visible()
    expect(upgrade).to_have_count(0)
    bench.wire.get_by_label("Show the frames of").select_option("B")
    bench.raw(bench.wire.locator("details.frame").first)
    expect(bench.wire.locator("details.frame").first).to_contain_text("long-polling")
    b.disconnect()
    expect(b.state).to_have_text("Disconnected")
    a.emit("shout", '"hi"')
    a.expect_heard("shouted", '"HI"')
    c.expect_heard("shouted", '"HI"')
    expect(b.received).to_have_count(0)


def test_a_namespace_with_auth_lets_in_who_knows_it_and_says_why_not(bench):
    a = bench.client("A")
    menu = a.settings()
    menu.get_by_label("Namespace").fill("/chat")
    menu.get_by_label("Auth").fill('{"token": "wrong"}')
    menu.locator("summary").click()
    a.connect()
    expect(a.state).to_have_text("Refused")
    expect(a.card.locator(".client-reason")).not_to_be_empty()
    a.settings().get_by_label("Auth").fill("{not json")
    a.settings().locator("summary").click()
    a.connect()
    expect(a.card.locator(".client-reason")).to_contain_text("not JSON")
    a.settings().get_by_label("Auth").fill('{"token": "secret"}')
    a.settings().locator("summary").click()
    a.connect()
    a.expect_connected()
    a.emit("say", '"hello"')
    a.expect_heard("ack", '"chat: hello"')
    expect(bench.raw(bench.frame("CONNECT_ERROR").first)).to_contain_text("44/chat,")
    a.disconnect()
    a.settings().get_by_label("Namespace").fill("/nowhere")
    a.settings().locator("summary").click()
    a.connect()
    expect(a.state).to_have_text("Refused")


def test_what_is_emitted_is_the_frame_that_was_previewed(bench):
    a = bench.client("A")
    a.connect()
    a.expect_connected("websocket")
    a.fill("add", "2, 3")
    expect(a.preview).to_have_text('420["add",2,3]')
    a.card.get_by_role("button", name="Emit").click()
    a.expect_heard("ack", "5")
    expect(bench.raw(bench.frame("add 2, 3").first)).to_have_text('420["add",2,3]')
    a.fill("add", "[2, 3]", ack=False)
    expect(a.preview).to_have_text('42["add",[2,3]]')
    a.emit("add", "2, three", ack=False)
    expect(a.card.locator(".field-error")).not_to_be_empty()
    expect(a.preview).to_be_hidden()
    a.emit("nobody", '"there"')  # no handler: the card itself says that nothing came
    expect(a.received.filter(has_text="No acknowledgement for “nobody”")).to_be_visible()


def test_a_file_travels_as_binary(bench):
    a = bench.client("A")
    a.connect()
    a.expect_connected("websocket")
    menu = a.settings()
    menu.get_by_label("Add a file").set_input_files(
        files=[{"name": "picture.bin", "mimeType": "application/octet-stream", "buffer": bytes(range(200))}]
    )
    expect(menu).to_contain_text("picture.bin: 200 bytes")
    menu.locator("summary").click()
    a.emit("measure")
    a.expect_heard("ack", "200")
    expect(bench.raw(bench.frame("measure").first)).to_contain_text('451-0["measure"')
    expect(bench.wire.locator("details.frame").filter(has_text="200 B").first).to_be_visible()


def test_more_clients_another_tab_and_a_terminal_join_the_same_server(bench, site, watched):
    page = bench.page
    page.get_by_role("button", name="Add a client").click()
    bench.client("D").expect_connected()
    bench.client("A").fill("add", "2, 3")
    page.get_by_role("button", name="Phone or terminal").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("HOST=0.0.0.0")
    address, snippet = dialog.locator("code.pre").all_text_contents()

    tab = watched.watch(page.context.new_page())
    tab.goto(address)
    ready = tab.locator("client-card")
    expect(ready.locator(".client-state")).to_contain_text("Connected")
    ready.locator("input.event").fill("shout")
    ready.locator("input.payload").fill('"from a tab"')
    ready.get_by_role("button", name="Emit").click()
    expect(ready.locator(".received li").filter(has_text="FROM A TAB")).to_be_visible()
    expect(tab.locator("details.frame").filter(has_text="from a tab").first).to_be_visible()

    # The snippet as it stands waits for ever: only that last line is left out.
    program = snippet.replace("sio.wait()", "sio.disconnect()")
    assert program != snippet
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (run.stdout.strip(), run.returncode) == ("5", 0), run.stderr

    dialog.get_by_role("button", name="Close").click()
    bench.client("D").expect_heard("shouted", '"FROM A TAB"')
    assert 'shout "from a tab"' in bench.frame("from a tab").first.inner_text().replace("\n", " ")
    bench.wire.get_by_label("Show the frames of").select_option("terminal")
    expect(bench.frame("add 2, 3").first).to_be_visible()
    bench.wire.get_by_label("Show the frames of").select_option("tab")
    expect(bench.frame("from a tab").first).to_be_visible()

    tab.reload()
    expect(tab.get_by_role("strong")).to_have_text("tab")  # it stays the same client
    tab.goto(address)
    expect(tab.get_by_role("strong")).to_have_text("tab-2")
    expect(tab.locator(".client-state")).to_contain_text("Connected")
    bench.wire.get_by_label("Show the frames of").select_option("tab-2")
