"""What a learner does on a lesson page, in the words of the page: roles, labels, and names that stay."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

LESSON = "/lessons/listening-to-events/"
EXERCISES = Path(__file__).parents[2] / "lessons/03-listening-to-events/exercises"

A_POLL_CUT_SHORT = "the server responded with a status of 400"
"""A browser's console message when a client leaves while it polls: its next GET may come after the session's end."""

ECHO = '''"""A server for tests: it answers, prints, fails and takes bytes."""

from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("add")
def add(a, b):
    print("asked for", a, "and", b)
    return a + b


@socketio.on("shout")
def shout(text):
    emit("shouted", text.upper(), broadcast=True)


@socketio.on("measure")
def measure(data):
    return len(data)


@socketio.on("connect", namespace="/chat")
def chat(auth):
    return auth == {"token": "secret"}


@socketio.on("say", namespace="/chat")
def say(text):
    return "chat: " + text


socketio.run(app)
'''


class Workbench:
    """The sandbox half of a lesson, an exercise or the playground."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.editor = page.locator("code-editor .cm-content")
        self.pill = page.locator("run-toolbar .pill")
        self.wire = page.locator("#panel-wire")
        self.log = page.locator("#panel-log")
        self.checks = page.locator("#panel-checks")
        self.notes = page.locator("work-notes")

    def button(self, name: str) -> Locator:
        return self.page.locator("run-toolbar").get_by_role("button", name=name)

    def write(self, program: str) -> None:
        """Replace the editor's text, like somebody who pastes a program."""
        self.editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(program)
        self.expect_program(program)

    def program(self) -> str:
        """Return the program that the page holds; the textarea behind the editor always has it."""
        return str(self.page.locator("code-editor textarea").evaluate("(area) => area.value"))

    def expect_program(self, program: str) -> None:
        # The textarea drops only the line break that HTML puts before its text.
        expect(self.page.locator("code-editor textarea")).to_have_value(program)

    def expect_saved(self) -> None:
        expect(self.page.locator("code-editor .save-state")).to_contain_text("Saved · version")

    def start(self, program: str | None = None) -> None:
        """Run `program`, or else what is there, and wait until it listens."""
        if program is not None:
            self.write(program)
        self.button("Run").click()
        self.expect_running()

    def expect_running(self) -> None:
        expect(self.pill).to_contain_text("Running")

    def connect_by_hand(self) -> None:
        """Let the clients wait for their own Connect."""
        self.page.get_by_label("connect after Run").uncheck()

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def client(self, letter: str) -> Client:
        return Client(self.page.locator(f'client-card[data-client="{letter}"]'))

    def frame(self, text: str) -> Locator:
        """Return the wire's rows whose summary contains `text`."""
        return self.wire.locator("details.frame").filter(has_text=text)

    def raw(self, row: Locator) -> Locator:
        """Open a row of the wire and return its literal frame."""
        if row.get_attribute("open") is None:
            row.locator("summary").click()
        return row.locator(".raw")

    def check(self) -> None:
        self.button("Check").click()

    def expect_checked(self, words: str) -> None:
        expect(self.checks.locator(".summary")).to_contain_text(words)


class Client:
    """One client card."""

    def __init__(self, card: Locator) -> None:
        self.card = card
        self.state = card.locator(".client-state")
        self.received = card.locator(".received li")
        self.preview = card.locator(".client-preview code")

    def connect(self) -> None:
        self.card.get_by_role("button", name="Connect", exact=True).click()

    def disconnect(self) -> None:
        self.card.get_by_role("button", name="Disconnect", exact=True).click()

    def expect_connected(self, transport: str = "") -> None:
        expect(self.state).to_contain_text(f"Connected · {transport}")

    def fill(self, event: str, arguments: str, *, ack: bool = True) -> None:
        self.card.locator("input.event").fill(event)
        self.card.locator("input.payload").fill(arguments)
        box = self.card.get_by_label("wait for acknowledgement")
        if box.is_checked() != ack:
            box.press("Space")

    def emit(self, event: str, arguments: str = "", *, ack: bool = True) -> None:
        self.fill(event, arguments, ack=ack)
        self.card.get_by_role("button", name="Emit").click()

    def settings(self) -> Locator:
        """Open the card's menu and return it."""
        menu = self.card.locator("details.menu")
        if menu.get_attribute("open") is None:
            menu.locator("summary").click()
        return menu

    def expect_heard(self, *words: str) -> None:
        """Require a received row with all these words."""
        row = self.received
        for each in words:
            row = row.filter(has_text=each)
        expect(row.last).to_be_visible()
