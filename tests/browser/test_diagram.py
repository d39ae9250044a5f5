"""The sequence diagram: what is drawn is what passed, frame by frame."""

from __future__ import annotations

import os
import random
import re
from collections import Counter

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Watched
from tests.browser.faults import axe_faults, part_faults
from tests.browser.on_the_wire import OnTheWire, Row, Seen, counted, unexplained
from tests.stage.chromium import ARGUMENTS, CHROMIUM
from tests.stage.running_site import ROOT, RunningSite
from tests.stage.workbench import A_POLL_CUT_SHORT, LESSON, Workbench

SEEDS = [int(seed) for seed in os.environ.get("SEEDS", "20 7 13").split()]
"""What each random run is made from; more of them by hand: ``SEEDS="1 2 3" make test ARGS=tests/browser/test_diagram.py``."""

SERVER = '''"""Everything that an arrow can be."""

from flask import Flask
from flask_socketio import SocketIO, disconnect, emit, join_room

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")


@socketio.on("add")
def add(a, b):
    return a + b


@socketio.on("shout")
def shout(text):
    emit("shouted", text.upper(), broadcast=True)


@socketio.on("join")
def join(room):
    join_room(room)


@socketio.on("say")
def say(room, text):
    emit("said", text, to=room)


@socketio.on("measure")
def measure(data):
    emit("copy", data)
    return len(data)


@socketio.on("out")
def out():
    disconnect()


@socketio.on("connect", namespace="/chat")
def chat(auth):
    return auth == {"token": "secret"}


@socketio.on("say", namespace="/chat")
def chat_say(text):
    return "chat: " + text


socketio.run(app)
'''
COLOURS = """() => [...document.querySelectorAll("g.seq-entry")].filter((entry) => entry.querySelector(".seq-pill"))
  .map((entry) => {
    const [pill, words] = [entry.querySelector(".seq-pill"), entry.querySelector(".seq-mark")].map((it) => getComputedStyle(it));
    return { words: words.fill, halo: words.stroke, pill: pill.fill, edge: pill.stroke };
  })"""


FITS = """() => {
  const [scroller, body] = ["", " > .seq-body"].map((part) => document.querySelector("#panel-diagram .seq-scroll" + part));
  return scroller && body?.clientWidth === scroller.clientWidth && scroller.scrollWidth === scroller.clientWidth;
}"""


class Diagram:
    """The Diagram tab."""

    def __init__(self, bench: Workbench) -> None:
        self.page = bench.page
        bench.tab("Diagram")
        self.panel = bench.page.locator("#panel-diagram")
        self.entries = self.panel.locator("g.seq-entry[role]")
        self.detail = self.panel.locator(".seq-detail")

    def arrow(self, words: str) -> Locator:
        return self.panel.get_by_role("button", name=words)

    def drawn(self) -> Seen:
        """Return the frames that the picture's arrows and marks stand for."""
        rows = self.panel.locator("sequence-diagram").evaluate(
            "(it) => it.model.entries.flatMap(({rows}) => rows.map((r) => [r.client, r.direction, r.frame]))"
        )
        return Counter((client, direction, frame) for client, direction, frame in rows)

    def expect_drawn(self, words: str, count: int) -> None:
        """Wait until so many frames hold these words, and the picture has drawn every frame that it was given."""
        self.page.wait_for_function(
            """([words, count]) => {
              const { model, trace } = document.querySelector("#panel-diagram sequence-diagram");
              const drawn = model.entries.flatMap(({ rows }) => rows);
              return drawn.length === trace.rows.length && drawn.filter(({ frame }) => frame.includes(words)).length === count;
            }""",
            arg=[words, count],
        )

    def trace(self, part: str) -> list[Row]:
        """Return the "rows" or the "marks" that are drawn, as the gateway told them."""
        told: list[Row] = self.panel.locator("sequence-diagram").evaluate("(it, part) => it.trace[part]", part)
        return told

    def tabled(self) -> Seen:
        """Return the frames that the table lists, as a reader reads them."""
        rows = self.panel.locator(".seq-table tbody tr").evaluate_all(
            "(rows) => rows.map(({cells}) => [cells[1].textContent, cells[2].textContent, cells[6].textContent])"
        )
        return Counter((client, direction, frame) for client, direction, frame in rows)


def test_the_picture_fits_beside_a_scrollbar_that_takes_room(browser: Browser, site: RunningSite):
    """Chromium under test has none unless it is asked; those of most desktops take some."""
    desktop = browser.browser_type.launch(
        executable_path=CHROMIUM, args=ARGUMENTS, ignore_default_args=["--hide-scrollbars"]
    )
    try:
        page = desktop.new_page(viewport={"width": 1440, "height": 900})
        page.goto(site.url + LESSON)
        bench = Workbench(page)
        bench.start()
        bench.client("C").expect_connected("websocket")
        bench.tab("Diagram")
        for width in (1440, 1500, 1180, 1500, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(FITS)
    finally:
        desktop.close()


def test_a_broadcast_fans_out_a_room_does_not_and_a_refusal_is_marked(open_page, watched: Watched):
    watched.expected = (A_POLL_CUT_SHORT,)  # C, when it is refused
    page = open_page("/playground/")
    bench = Workbench(page)
    bench.start(SERVER)
    for letter in "ABC":
        bench.client(letter).expect_connected("websocket")
    diagram = Diagram(bench)
    expect(diagram.arrow("A connected")).to_be_visible()
    expect(diagram.arrow("B now over WebSocket")).to_be_visible()
    assert_seen_in_forced_colours(page)

    bench.client("A").emit("shout", '"hi"', ack=False)
    fan = diagram.arrow('server → A, B, C: shouted "HI" all')
    expect(fan.locator(".seq-way")).to_have_count(3)
    for letter in "AB":
        bench.client(letter).emit("join", '"chess"')
        bench.client(letter).expect_heard("ack")
    bench.client("C").emit("say", '"chess", "mate"', ack=False)
    expect(diagram.arrow('server → A, B: said "mate" room chess').locator(".seq-heard")).to_have_count(2)

    bench.client("B").emit("add", "2, 3")
    question = diagram.arrow("B → server: add 2, 3, answered after")
    answer = diagram.arrow("server → B: ack 5")
    expect(answer.locator(".seq-bracket")).to_have_count(1)
    answer.click()
    expect(diagram.detail).to_contain_text("It answers “add”")
    expect(diagram.detail).to_contain_text(re.compile(r"Its handler, line 10, ran \d"))
    expect(diagram.detail.locator(".raw").first).to_have_text("431[5]")
    diagram.detail.get_by_text("Peel the layers").click()
    layers = diagram.detail.locator(".layer-name")
    expect(layers).to_have_text(
        ["TCP", "WebSocket frame", "Engine.IO packet", "Socket.IO packet", "Acknowledgement", "Your handler"]
    )
    expect(diagram.detail.locator(".bytes")).to_have_text("81 06 34 33 31 5b 35 5d")  # a header, then 431[5]
    assert axe_faults(page, "diagram", part=".sandbox") == []
    assert part_faults(page, "diagram", "live-diagram", "wire") == []
    answer.focus()
    page.keyboard.press("ArrowUp")
    expect(question).to_be_focused()
    expect(diagram.detail.locator(".raw").first).to_have_text('421["add",2,3]')
    diagram.detail.get_by_role("button", name="line 10").click()
    expect(page.locator(".cm-line.is-asked")).to_have_text('@socketio.on("add")')

    c = bench.client("C")
    c.disconnect()
    expect(diagram.arrow("C leaves")).to_be_visible()
    menu = c.settings()
    menu.get_by_label("Namespace").fill("/chat")
    menu.locator("summary").click()
    c.connect()
    expect(diagram.arrow("C refused to /chat: Connection rejected by server")).to_be_visible()
    bench.client("A").emit("nosuch")
    diagram.arrow("A → server: nosuch, no answer seen").click()
    expect(diagram.detail).to_contain_text("No handler for “nosuch”")

    before = diagram.drawn()
    page.reload()
    again = Diagram(bench)
    expect(again.arrow("A → server: nosuch")).to_be_visible()
    assert not before - again.drawn(), "a reload has lost arrows"


def assert_seen_in_forced_colours(page: Page) -> None:
    """Require the marks to have the reader's own colours: a drawing is not repainted by the browser, only its text."""
    page.emulate_media(forced_colors="active")
    marks = page.evaluate(COLOURS)
    assert len(marks) > 2
    assert {(mark["words"] == mark["edge"], mark["words"] != mark["pill"], mark["halo"]) for mark in marks} == {
        (True, True, "none")
    }
    page.emulate_media(forced_colors="none")


def test_a_failed_check_is_a_picture_whose_steps_can_be_repeated_by_hand(open_page):
    page = open_page("/lessons/emitting-events/three-audiences/")
    bench = Workbench(page)
    solution = (ROOT / "lessons/04-emitting-events/exercises/three-audiences/solution/server.py").read_text()
    bench.write(solution.replace("include_self=False", "include_self=True"))
    bench.check()
    bench.expect_checked("2 of 3 checks passed")
    failed = bench.checks.locator("li.check.is-failed")
    failed.get_by_text("See it happen").click()
    picture = failed.locator("check-picture")
    extra = picture.locator("g.seq-entry.is-chosen")
    expect(extra).to_contain_text("too many for sender")
    expect(extra.locator(".seq-way")).to_have_count(3)
    expect(extra.locator(".seq-way.is-extra")).to_have_count(1)
    expect(picture.locator(".compare")).to_contain_text("sender hears no “typing”")
    said = picture.locator(".picture-step")
    expect(said).to_contain_text("Step 5 of")
    picture.get_by_role("button", name="One step back").click()
    expect(said).to_contain_text("Step 4 of")
    expect(said).to_contain_text("sender → server: typing")
    expect(picture.locator(".seq-way.is-extra")).to_have_count(0)  # it has not left by then
    assert axe_faults(page, "a failed check", part=".sandbox") == []

    picture.get_by_role("button", name="Try it by hand").click()
    steps = page.locator("hand-steps")
    expect(steps).to_contain_text("A plays sender, B plays other, C plays third.")
    steps.get_by_role("button", name="Run", exact=True).click()
    bench.expect_running()
    for letter in "ABC":
        bench.client(letter).expect_connected()
    onward = steps.get_by_role("button", name="Next step")
    onward.press("Enter")
    expect(onward).to_be_focused()
    while "emit typing" not in steps.locator("li[aria-current]").inner_text():
        onward.click()
    sender = bench.client("A")
    expect(sender.card.locator("input.event")).to_have_value("typing")
    sender.card.get_by_role("button", name="Emit").click()
    sender.expect_heard("typing")

    page.goto(
        page.url.replace("emitting-events/three-audiences", "connections/token-gate")
    )  # a failure in an author's own words
    solution = (ROOT / "lessons/05-connections/exercises/token-gate/solution/server.py").read_text()
    bench.write(solution.replace('"unknown token"', '"no"'))
    bench.check()
    failed = bench.checks.locator("li.check.is-failed")
    failed.get_by_text("See it happen").click()
    refused = failed.locator("g.seq-entry.is-chosen")
    expect(refused).to_contain_text("stranger refused: no: not this answer")
    expect(refused.locator(".seq-pill.is-wrong")).to_have_count(1)


def test_under_the_hood_the_readers_own_event_is_peeled(open_page):
    page = open_page("/lessons/under-the-hood/")
    exhibit = page.locator("exhibit-layers")
    exhibit.scroll_into_view_if_needed()
    expect(exhibit.locator(".note").first).to_contain_text("This one is a sample")
    bench = Workbench(page)
    bench.start()
    bench.client("A").expect_connected("websocket")
    bench.client("A").emit("peel", '"2"')
    exhibit.get_by_role("combobox").select_option(index=1)
    expect(exhibit.locator(".layer pre").last).to_have_text('peel\n"2"')
    exhibit.get_by_role("button", name="line 15").click()
    expect(page.locator(".cm-line.is-asked")).to_contain_text("def peel(frame):")
    assert axe_faults(page, "layers", part="exhibit-layers") == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_picture_and_the_table_hold_exactly_the_frames_that_the_browser_saw(open_page, watched: Watched, seed: int):
    watched.expected = (A_POLL_CUT_SHORT,)
    page = open_page("/playground/")
    wire = OnTheWire(page)
    bench = Workbench(page)
    bench.connect_by_hand()
    bench.start(SERVER)
    diagram = Diagram(bench)
    page.wait_for_function("() => document.querySelector('live-diagram').sandbox")
    chance = random.Random(seed)
    connect(page, "A", chance, namespace="/chat", token="wrong")  # each run has a refusal
    for letter in "ABC":
        connect(page, letter, chance)
    for _ in range(90):  # each connection costs a thread for 25 s, also when it is left: so there are not too many
        chance.choice([emit, emit, emit, emit, emit, emit, connect])(page, chance.choice("ABC"), chance)
    for letter in "ABC":  # whatever passed before has passed when this is answered
        page.evaluate("(tag) => document.querySelector(`[data-client=${tag}]`).link.disconnect()", letter)
        connect(page, letter, chance, namespace="/")
        bench.client(letter).expect_connected()
        page.evaluate(
            "(tag) => new Promise((done) => document.querySelector(`[data-client=${tag}]`)"
            ".link.socket.emit('add', 'the end', ' of it', done))",
            letter,
        )
    diagram.expect_drawn('["the end of it"]', 3)
    diagram.panel.get_by_role("button", name="As a table").click()  # the picture is hidden, and drawn no more
    expect(diagram.panel.locator(".seq-table td", has_text='["the end of it"]')).to_have_count(3)
    tabled, rows = diagram.tabled(), diagram.trace("rows")
    assert diagram.drawn() == tabled == counted(rows)
    wire.look()
    kinds = {"42", "43", "45", "40", "41", "44", "2p", "3p", "bA"}
    assert kinds <= {row["frame"][:2] for row in rows}, "the random run has left something out"
    assert counted(row for row in rows if row["direction"] == "sent") == wire.sent
    polled = (row for row in rows if row["direction"] == "received" and row["transport"] == "polling")
    assert counted(polled) == wire.polled
    assert unexplained(wire.sockets(), rows, diagram.trace("marks")) == ""


def connect(
    page: Page, letter: str, chance: random.Random, namespace: str | None = None, token: str | None = None
) -> None:
    """Connect anew, over a random transport, to a random namespace that may refuse."""
    options = {
        "namespace": namespace or chance.choice(["/", "/", "/chat"]),
        "auth": {"token": token or chance.choice(["secret", "wrong"])},
        "transport": chance.choice(["upgrade", "websocket", "polling"]),
    }
    page.evaluate(
        """([tag, options]) => new Promise((done) => {
          const { link } = document.querySelector(`[data-client=${tag}]`);
          link.connect(document.querySelector("live-diagram").sandbox, options);
          link.socket.once("connect", done);
          link.socket.once("connect_error", done);
        })""",
        [letter, options],
    )


def emit(page: Page, letter: str, chance: random.Random) -> None:
    """Emit something: with and without acknowledgement, to one, a room or all, text or bytes."""
    event, arguments = chance.choice(
        [
            ("add", [chance.randrange(9), 1]),
            ("shout", [chance.choice(["ah", "oh", "ü"])]),
            ("join", ["red"]),
            ("say", ["red", "psst"]),
            ("measure", ["bytes"]),
            ("nosuch", []),
            ("out", []),
        ]
    )
    page.evaluate(
        """([tag, event, values, ack]) => {
          const { link } = document.querySelector(`[data-client=${tag}]`);
          if (!link.connected) return;
          const given = values.map((value) => value === "bytes" ? new Uint8Array([1, 2, 3]) : value);
          if (ack) link.socket.timeout(150).emit(event, ...given, () => {});
          else link.socket.emit(event, ...given);
        }""",
        [letter, event, arguments, chance.random() < 0.5],
    )
