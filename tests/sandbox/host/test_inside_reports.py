"""What a program says of its inside may be forged: each report is checked field by field, cut, and held to a rate."""

import json
import math
import threading
from typing import Any

import pytest
from socketio.base_manager import BaseManager

from course.sandbox.host.control_messages import ControlReader, InsideMessage
from course.sandbox.host.inside_reports import (
    BYTES_PER_SECOND,
    EMITS_AT_MOST,
    KEPT,
    NAME_CHARACTERS,
    REPORTS_PER_SECOND,
    Inside,
)
from course.sandbox.learner.inside_notes import Notes
from course.sandbox.learner.inside_sender import BYTES_AT_ONCE, REPORTS_AT_ONCE, WAITING_AT_MOST, InsideSender
from tests.stage.host import PATIENCE, Host

EMIT = {"time": 101.5, "event": "news", "namespace": "/", "to": "room:red", "skip": False}
HANDLER = {
    "kind": "handler",
    "run": 1,
    "time": 101.0,
    "seconds": 0.5,
    "event": "join",
    "namespace": "/",
    "client": "A",
    "thread": "Thread-1",
    "line": 7,
    "emits": [EMIT],
    "left_out": 0,
}
ROOMS = {
    "kind": "rooms",
    "time": 101.0,
    "rooms": [{"namespace": "/", "room": "red", "kind": "room", "clients": ["A", "B"]}],
}
EMITS = {"kind": "emits", "run": 2, "time": 101.0, "handler": None, "thread": "t", "route": None, "emits": [EMIT]}
DEEP = json.loads("[" * 500 + "]" * 500)
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    0.5,
    10**400,
    math.nan,
    math.inf,
    "",
    "x" * 100_000,
    [],
    {},
    [[]],
    [None],
    DEEP,
)


class Listener:
    """An `Inside` that became ready at second 100 and hears everything at second 110."""

    def __init__(self) -> None:
        self.now = 100.0
        self.told: list[dict[str, Any]] = []
        self.dropped = 0
        self.inside = Inside(self._hear, lambda: self.now)
        self.inside.ready()
        self.now = 110.0

    def _hear(self, reports: list[dict[str, Any]], dropped: int) -> None:
        self.told += reports
        self.dropped += dropped

    def say(self, *reports: Any, dropped: Any = 0, size: int = 100) -> list[dict[str, Any]]:
        """Say this, and return what was made of it."""
        before = len(self.told)
        self.inside.hear(InsideMessage(list(reports), dropped, size))
        return self.told[before:]


@pytest.fixture
def listener() -> Listener:
    return Listener()


def test_a_good_report_comes_through_on_the_clock_of_the_trace(listener: Listener) -> None:
    assert listener.say(HANDLER, ROOMS, EMITS) == [
        {**HANDLER, "time": 1.0, "emits": [{**EMIT, "time": 1.5}]},
        {**ROOMS, "time": 1.0},
        {**EMITS, "time": 1.0, "emits": [{**EMIT, "time": 1.5}]},
    ]


@pytest.mark.parametrize("good", [HANDLER, ROOMS, EMITS, {**HANDLER, "kind": "began"}], ids=lambda each: each["kind"])
def test_a_field_that_is_no_such_thing_does_no_harm(listener: Listener, good: dict[str, Any]) -> None:
    for field in good:
        for junk in JUNK:
            listener.say({**good, field: junk})
        listener.say({name: value for name, value in good.items() if name != field})
    for junk in JUNK:
        listener.say(junk)
        listener.say({**HANDLER, "emits": [junk]}, {**ROOMS, "rooms": [junk]})
        for field in EMIT:
            listener.say({**HANDLER, "emits": [{**EMIT, field: junk}]})
        for field in ROOMS["rooms"][0]:  # type: ignore[index]
            listener.say({**ROOMS, "rooms": [{**ROOMS["rooms"][0], field: junk}]})  # type: ignore[index]
        listener.now += 1
    for report in listener.told:
        assert_well_formed(report, listener.now - 100)


def assert_well_formed(report: dict[str, Any], now: float) -> None:
    """Hold a report against what pages may rely on."""
    assert len(json.dumps(report, allow_nan=False)) < 40_000
    assert 0 <= report["time"] <= now
    if report["kind"] == "rooms":
        for room in report["rooms"]:
            assert room["kind"] in ("all", "own", "room")
            assert all(isinstance(client, str) and len(client) <= NAME_CHARACTERS for client in room["clients"])
            assert len(room["namespace"]) <= NAME_CHARACTERS
            assert len(room["room"]) <= NAME_CHARACTERS
        return
    assert report["kind"] in ("handler", "began", "emits")
    assert type(report["run"]) is int
    if report["kind"] != "emits":
        assert report["line"] is None or 0 < report["line"] <= 100_000
        assert all(len(report[name]) <= NAME_CHARACTERS for name in ("event", "namespace", "client", "thread"))
    if report["kind"] == "handler":
        assert 0 <= report["seconds"] <= now
    for emit in report["emits"]:
        assert emit["to"] in ("all", "self") or emit["to"].partition(":")[0] in ("room", "client")
        assert isinstance(emit["skip"], bool)
        assert 0 <= emit["time"] <= now


def test_no_time_lies_before_the_start_or_in_the_future(listener: Listener) -> None:
    early, late, long = listener.say(
        {**HANDLER, "time": 3.0}, {**HANDLER, "run": 2, "time": 1e300}, {**HANDLER, "run": 3, "seconds": 1e300}
    )
    assert (early["time"], late["time"]) == (0.0, 10.0)
    assert (long["time"], long["seconds"]) == (1.0, 9.0)


def test_half_a_surrogate_pair_is_replaced(listener: Listener) -> None:
    (report,) = listener.say({**HANDLER, "event": "\ud83d"})
    assert report["event"] == "?"


def test_long_lists_are_cut(listener: Listener) -> None:
    room = ROOMS["rooms"][0]  # type: ignore[index]
    handler, rooms = listener.say(
        {**HANDLER, "emits": [EMIT] * 10_000}, {**ROOMS, "rooms": [{**room, "clients": ["A"] * 10_000}] * 10_000}
    )
    assert len(handler["emits"]) == EMITS_AT_MOST
    assert len(rooms["rooms"]) == 60
    assert len(rooms["rooms"][0]["clients"]) == 40


def test_what_comes_too_fast_is_counted(listener: Listener) -> None:
    flood = [{**HANDLER, "run": number} for number in range(1000)]
    listener.say(*flood, dropped=5)
    assert (len(listener.told), listener.dropped) == (REPORTS_PER_SECOND, 1000 - REPORTS_PER_SECOND + 5)
    assert listener.say(HANDLER) == []
    listener.now += 1
    assert len(listener.say({**HANDLER, "run": 5000})) == 1
    listener.say(size=BYTES_PER_SECOND)
    assert listener.say({**HANDLER, "run": 5001}) == []


def test_it_counts_only_what_is_a_count(listener: Listener) -> None:
    for junk in JUNK:
        listener.say(dropped=junk)
    assert listener.dropped == 0


def test_a_reloaded_page_gets_the_newest_of_each_run_and_the_last_rooms(listener: Listener) -> None:
    began = {**HANDLER, "kind": "began"}
    assert listener.say(ROOMS, began, began, HANDLER, began, {**ROOMS, "rooms": []})[-1]["rooms"] == []
    kept = listener.inside.kept
    assert ([(each["kind"], each["run"]) for each in kept["handlers"]], kept["rooms"]) == ([("handler", 1)], [])
    for number in range(2 * KEPT):
        listener.say({**HANDLER, "run": number})
    assert len(listener.inside.kept["handlers"]) == KEPT


@pytest.mark.parametrize(
    "line",
    [
        b'{"inside": 1}',
        b'{"inside": {}}',
        b'{"inside": {"reports": 1}}',
        b'{"inside": []}',
        b'{"inside": {"reports": null}}',
        b'{"inside": {"reports": [' + b"1" * 5000 + b"]}}",
    ],
)
def test_a_message_of_another_shape_is_no_message(line: bytes) -> None:
    assert list(ControlReader().feed(line + b"\n")) == []


# The sender, in the program's process


class Told:
    """Takes the place of the control channel, and lets the test look when it wants."""

    def __init__(self, news: Any = lambda: ([], False)) -> None:
        self.messages: list[dict[str, Any]] = []
        self.sender = InsideSender(lambda line: self.messages.append(json.loads(line)), news)
        self.sender._begun.acquire()  # no thread: `flush` is called here

    def flush(self) -> bool:
        return self.sender._flush()


def test_what_is_noted_goes_out_in_batches() -> None:
    told = Told()
    for number in range(REPORTS_AT_ONCE + 2):
        told.sender.add({"run": number})
    assert [told.flush(), told.flush(), told.flush()] == [True, False, False]
    assert [len(message["inside"]["reports"]) for message in told.messages] == [REPORTS_AT_ONCE, 2]


def test_what_is_too_much_is_counted_and_costs_no_memory() -> None:
    told = Told()
    for number in range(WAITING_AT_MOST + 7):
        told.sender.add({"run": number})
    told.flush()
    assert told.messages[0]["inside"]["dropped"] == 7


def test_no_message_is_larger_than_the_channel_carries() -> None:
    emit = {"event": "😀" * 80, "to": "room:" + "😀" * 80}
    rooms = {"rooms": [{"room": "😀" * 80, "clients": ["😀" * 80] * 4}] * 60}
    news = [[rooms]]
    told = Told(lambda: (news.pop() if news else [], False))
    for _ in range(10):
        told.sender.add({"emits": [emit] * 20})
    while told.flush():
        pass
    assert all(len(json.dumps(message, ensure_ascii=False).encode()) < BYTES_AT_ONCE + 500 for message in told.messages)
    reports = [report for each in told.messages for report in each["inside"]["reports"]]
    assert [len(each.get("emits", each.get("rooms"))) for each in reports] == [10] * 10 + [7]


def test_a_look_that_fails_is_not_the_last() -> None:
    looked, sent = threading.Event(), threading.Event()

    def news() -> tuple[list[dict[str, Any]], bool]:
        if not looked.is_set():
            looked.set()
            raise KeyError("it changes under our hands")
        return [], False

    sender = InsideSender(lambda line: sent.set(), news)
    sender.look()
    assert looked.wait(PATIENCE)
    sender.add({"run": 1})
    assert sent.wait(PATIENCE)


def test_rooms_that_change_under_our_hands_are_told_of_when_they_have_changed() -> None:
    class Changing(dict[Any, Any]):
        def get(self, *_: Any) -> Any:
            raise KeyError("gone")

    notes = Notes(lambda line: None, frozenset(), lambda: (1, "one"))
    notes._sender._begun.acquire()
    manager = BaseManager()
    manager.rooms = {"/": Changing({None: {}})}
    notes.rooms_changed(manager)
    assert notes._news() == ([], False)
    manager.rooms = {}
    notes.rooms_changed(manager)
    assert [each["rooms"] for each in notes._news()[0]] == [[]]


HOSTILE = """
import gc, json
from flask import Flask
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app)
control = next(each for each in gc.get_objects() if type(each).__name__ == "Control")

@socketio.on("forge")
def forge():
    report = {"kind": "rooms", "time": 1e308, "rooms": [{"namespace": "<b>", "room": "x" * 5000, "kind": "room",
        "clients": ["A" * 1000] * 8}]}
    for _ in range(2000):
        control._wire.sendall(json.dumps({"inside": {"reports": [report], "dropped": -1}}).encode() + b"\\n")
    return "forged"

socketio.run(app)
"""


def test_a_flood_of_forged_reports_harms_nobody(host: Host) -> None:
    hostile, other = host.run(HOSTILE).ready(), host.start("adds").ready()
    with hostile.client(tag="A") as client:
        client.accepted().emit("forge")
        assert other.get() == (200, "hello")
        hostile.memory.told_inside(lambda report: report["kind"] == "rooms" and report["rooms"][0]["room"][:1] == "x")
    assert not other.memory.reports
    for report in hostile.memory.reports:
        assert_well_formed(report, math.inf)
