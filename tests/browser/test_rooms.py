"""The Rooms view: who is in which room now, what is sent there, and the handlers that ran."""

import re

from playwright.sync_api import expect

from tests.browser.faults import CONTRAST, axe_faults
from tests.stage.workbench import Workbench

PROGRAM = '''"""A server for tests, with rooms."""

import time

from flask import Flask
from flask_socketio import SocketIO, emit, join_room, leave_room

app = Flask(__name__)
socketio = SocketIO(app)


@socketio.on("join")
def join(room):
    join_room(room)
    return f"in {room}"


@socketio.on("leave")
def leave(room):
    leave_room(room)


@socketio.on("say")
def say(room, text):
    emit("said", text, to=room)


@socketio.on("slow")
def slow():
    time.sleep(1)
    emit("done", broadcast=True)


@socketio.on("fails")
def fails():
    raise ValueError("<img src=x onerror=alert(1)>")


socketio.run(app)
'''


WATCH = """(view) => {
  window.__seen = [];
  new MutationObserver(() => {
    for (const each of view.querySelectorAll(".room.is-lit .room-name, .took")) window.__seen.push(each.textContent);
  }).observe(view, { subtree: true, childList: true });
}"""
"""Notes what is lit up and how long handlers took, also for moments that a busy machine would miss."""


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(PROGRAM.splitlines(), 1) if text in line)


def test_rooms_fill_light_up_and_empty_and_handlers_are_told_as_they_run(open_page):
    page = open_page("/playground/")
    bench = Workbench(page)
    bench.tab("Rooms")
    view = page.locator("rooms-view")
    expect(view.locator(".empty")).to_contain_text("No rooms yet. Run the server")
    bench.start(PROGRAM)
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
    rooms, handlers = view.locator(".room"), view.locator(".handler")
    red = rooms.filter(has_text="red")
    expect(rooms.filter(has_text="Everybody").locator(".member")).to_have_text(["A", "B", "C"])
    expect(rooms.filter(has_text="own room")).to_have_count(3)

    view.evaluate(WATCH)

    # A room fills, is sent to, and empties.
    bench.client("A").emit("join", '"red"')
    expect(red.locator(".member")).to_have_text(["A"])
    bench.client("B").emit("join", '"red"')
    expect(red.locator(".member")).to_have_text(["A", "B"])
    bench.client("C").emit("say", '"red", "hello"', ack=False)
    expect(red.locator(".last")).to_have_text("last: said")
    page.wait_for_function("() => window.__seen.includes('red')")
    expect(red).not_to_have_class(re.compile("is-lit"))
    bench.client("A").emit("leave", '"red"', ack=False)
    expect(red.locator(".member")).to_have_text(["B"])
    bench.client("C").emit("say", '"blue", "is anybody there?"', ack=False)
    expect(rooms.filter(has_text="blue")).to_contain_text("nobody is in it")
    bench.client("B").disconnect()
    expect(red).to_contain_text("nobody is in it")
    expect(rooms.filter(has_text="Everybody").locator(".member")).to_have_text(["A", "C"])

    # Handlers: whose event, where in the program, how long, what was emitted; a long one while it goes on.
    said = handlers.filter(has_text="emitted said to room red")
    expect(said).to_contain_text("say")
    expect(said.locator(".took")).to_have_text(re.compile(r"^[\d.]+ m?s$"))
    expect(said.locator(".thread")).to_have_text(re.compile("^Thread-"))
    decorator = '@socketio.on("say")'
    said.get_by_role("button", name=f"line {line_of(decorator)}").click()
    expect(page.locator("code-editor .cm-line.is-asked")).to_have_text(decorator)
    bench.client("A").emit("slow", ack=False)
    slow = handlers.filter(has_text="slow")
    expect(slow.locator(".took")).to_have_text(re.compile(r"^[\d.]+ s$"))
    page.wait_for_function("() => window.__seen.includes('at work…')")
    bench.client("A").emit("fails", ack=False)
    expect(handlers.filter(has_text="fails").locator(".error")).to_have_text("ValueError: <img src=x onerror=alert(1)>")

    found = axe_faults(page, "rooms, light", part=".sandbox")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.getAnimations().length === 0")  # colours on their way have no contrast
    found += axe_faults(page, "rooms, dark", CONTRAST, ".sandbox")
    assert found == []

    # A reloaded page knows as much; the end of the server is the end of its rooms.
    page.reload()
    bench.tab("Rooms")
    expect(handlers.filter(has_text="emitted said to room red")).to_have_count(1)
    bench.button("Stop").click()
    expect(view.locator(".rooms")).to_have_text("The server has ended, and its rooms with it.")
    expect(handlers.filter(has_text="slow")).to_have_count(1)
