"""What a running program's own process tells: its handlers, what they emit, who is in which room; and what it doesn't."""

from collections.abc import Iterator
from typing import Any

import pytest

from course.program import RUNTIMES, Runtime
from course.server_request import TAG
from tests.stage.host import Host, Running, source_of

SOURCE = source_of("tells_inside").splitlines()


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(SOURCE, 1) if text in line)


@pytest.fixture(scope="module", params=RUNTIMES)
def runtime(request: pytest.FixtureRequest) -> Runtime:
    return request.param


@pytest.fixture
def running(host: Host, runtime: Runtime) -> Iterator[Running]:
    yield host.start("tells_inside", runtime=runtime).ready()


def ran(running: Running, event: str) -> dict[str, Any]:
    """Wait for the end of a handler of `event`, and return the report."""
    return running.memory.told_inside(lambda report: report["kind"] == "handler" and report["event"] == event)


def rooms(running: Running, kind: str = "room") -> dict[str, list[str]]:
    """Return the newest rooms of one kind, by name."""
    told = [report for report in running.memory.reports if report["kind"] == "rooms"]
    return {each["room"]: sorted(each["clients"]) for each in told[-1]["rooms"] if each["kind"] == kind} if told else {}


def test_it_tells_which_handler_ran_for_whom_and_what_it_emitted(running: Running, runtime: Runtime) -> None:
    with running.client(tag="A") as client:
        assert client.accepted().ask("tell", "red") == ["told"]
        report = ran(running, "tell")
    assert (report["client"], report["namespace"]) == ("A", "/")
    assert report["line"] == line_of('@socketio.on("tell")')
    assert ("Thread-" if runtime == "threading" else "Greenlet-") in report["thread"]
    assert 0 < report["time"] <= report["time"] + report["seconds"]
    assert [(each["event"], each["to"], each["skip"]) for each in report["emits"]] == [
        ("mine", "self", False),
        ("theirs", "all", True),
        ("room's", "room:red", False),
        ("message", "all", False),
        ("again", "all", False),
    ]


def test_it_tells_who_is_in_which_room_now(running: Running) -> None:
    with running.client(tag="A") as a, running.client(tag="B") as b:
        a.accepted().ask("join", "red")
        b.accepted().ask("join", "red")
        running.memory.wait(lambda _: rooms(running) == {"red": ["A", "B"]})
        assert rooms(running, "all") == {"": ["A", "B"]}
        assert sorted(rooms(running, "own").values()) == [["A"], ["B"]]
        b.emit("leave", "red")
        running.memory.wait(lambda _: rooms(running) == {"red": ["A"]})
        b.emit("close", "red")
        running.memory.wait(lambda _: rooms(running) == {})
    running.memory.wait(lambda _: rooms(running, "all") == {})


def test_it_names_the_client_that_a_private_message_goes_to(running: Running) -> None:
    with running.client(tag="A") as a, running.client(tag="phone") as phone:
        a.accepted().emit("whisper", *phone.accepted().ask("sid"))
        assert [each["to"] for each in ran(running, "whisper")["emits"]] == ["client:phone"]


def test_what_belongs_to_no_handler_has_none(running: Running) -> None:
    with running.client(tag="A") as client:
        client.accepted().emit("later")
        tick = running.memory.told_inside(lambda report: report["kind"] == "emits" and not report["route"])
        running.get("/news")
        news = running.memory.told_inside(lambda report: report["kind"] == "emits" and report["route"])
    assert (tick["handler"], tick["emits"][0]["event"]) == (None, "tick")
    assert (news["handler"], news["route"], news["emits"][0]["to"]) == (None, "GET /news", "room:red")
    assert ran(running, "later")["emits"] == []


def test_a_long_handler_is_told_of_while_it_goes_on_even_when_it_blocks_everything(running: Running) -> None:
    with running.client(tag="A") as client:
        assert client.accepted().ask("blocks") == ["done"]
        report = ran(running, "blocks")
    of_it = [each for each in running.memory.reports if each.get("run") == report["run"]]
    assert [each["kind"] for each in of_it] == ["began", "handler"]
    assert [each["event"] for each in of_it[0]["emits"]] == ["progress"]


def test_it_tells_of_classes_of_handlers_of_catch_alls_and_of_errors(running: Running) -> None:
    with running.client(tag="A", namespace="/game") as player, running.client(tag="B") as other:
        assert player.accepted().ask("move", "e4") == ["e4"]
        move = ran(running, "move")
        assert other.accepted().ask("unheard of", 1) == [["unheard of", 1]]
        assert ran(running, "unheard of")["line"] == line_of('@socketio.on("*")')
        other.emit("raises")
        assert ran(running, "raises")["error"] == "ValueError: nothing good"
    assert (move["namespace"], move["line"]) == ("/game", line_of("def on_move"))
    assert [(each["namespace"], each["to"]) for each in move["emits"]] == [("/game", "room:board")]


def test_a_handler_inside_another_keeps_its_own_account(running: Running) -> None:
    with running.client(tag="A") as client:
        client.accepted().emit("throws-out")
        outer, inner = ran(running, "throws-out"), ran(running, "disconnect")
    assert inner["run"] > outer["run"]
    assert [each["event"] for each in outer["emits"]] == ["mine"]
    running.memory.wait(lambda memory: "gone" in memory.text())
    assert [each["event"] for each in running.memory.reports if each.get("event") == "disconnect"] == ["disconnect"]


def test_handlers_do_what_they_did_before(running: Running) -> None:
    with running.client(tag="A") as a, running.client(tag="B") as b:
        assert [a.accepted().ask("counts"), a.ask("counts"), b.accepted().ask("counts")] == [[1], [2], [1]]
        a.emit("ask")
        a.answer("question", "yes")
        assert [each["event"] for each in ran(running, "ask")["emits"]] == ["question"]


def test_the_program_does_not_see_how_its_client_is_known(running: Running) -> None:
    status, body = running.get("/headers", {TAG: "A"})
    assert status == 200
    assert TAG not in body.lower()


def test_a_traceback_looks_as_it_would_at_home(running: Running) -> None:
    with running.client(tag="A") as client:
        client.accepted().emit("raises")
        running.memory.wait(lambda memory: "nothing good" in memory.text())
    assert "course" not in running.memory.text()


OWN_TRACEBACKS = """
import threading, traceback
from flask import Flask
from flask_socketio import SocketIO, emit
app = Flask(__name__)
socketio = SocketIO(app)

def seen(args):
    print("".join(traceback.format_exception(args.exc_value)), "END")
threading.excepthook = seen

@socketio.on("raises")
def raises():
    emit("set", {1, 2})

socketio.run(app)
"""


def test_a_traceback_that_the_program_prints_itself_shows_nothing_of_ours(host: Host) -> None:
    running = host.run(OWN_TRACEBACKS).ready()
    with running.client(tag="A") as client:
        client.accepted().emit("raises")
        printed = running.memory.wait(lambda memory: "END" in memory.text()).text()
    assert "not JSON serializable" in printed
    assert "in raises" in printed
    assert "learner_" not in printed


BROKEN = """
import gc, sys
from flask import Flask
from flask_socketio import SocketIO, emit, join_room
app = Flask(__name__)
socketio = SocketIO(app)

for each in gc.get_objects():
    if type(each).__name__ == "Notes":
        each._where = None
        print("broken")

@socketio.on("join")
def join(room):
    join_room(room)
    emit("joined", room, to=room)
    return room

socketio.run(app)
"""


def test_a_failure_in_the_noting_is_passed_over_in_silence(host: Host) -> None:
    running = host.run(BROKEN).ready()
    with running.client(tag="A") as client:
        assert client.accepted().ask("join", "red") == ["red"]
        running.memory.wait(lambda _: rooms(running) == {"red": ["A"]})
    assert running.memory.text() == "broken\n"
    assert not running.memory.exceptions


TESTS_ITSELF = """
from flask import Flask
from flask_socketio import SocketIO, emit
app = Flask(__name__)
socketio = SocketIO(app)

def add(a, b):
    emit("sum", a + b)
    return a + b

assert socketio.on("add")(add) is add
client = socketio.test_client(app)
assert client.emit("add", 1, 2, callback=True) == 3
assert client.get_received() == [{"name": "sum", "args": [3], "namespace": "/"}]
try:
    client.emit("add", 1)
except TypeError as error:
    print(error)
client.disconnect()
socketio.run(app)
"""


def test_the_librarys_test_client_works_in_a_program(host: Host) -> None:
    running = host.run(TESTS_ITSELF).ready()
    assert running.memory.wait(lambda memory: memory.text()).text() == (
        "add() missing 1 required positional argument: 'b'\n"
    )
    assert [each["event"] for each in ran(running, "add")["emits"]] == ["sum"]


def test_clients_that_only_measure_are_not_told_of(host: Host) -> None:
    running = host.start("tells_inside").ready()
    with running.client(tag="probe-b") as probe, running.client(tag="A") as other:
        probe.accepted().ask("tell", "red")
        other.accepted().ask("join", "red")
        running.memory.wait(lambda _: rooms(running) == {"red": ["A"]})
    assert not [each for each in running.memory.reports if each.get("client") == "probe-b" or each["kind"] == "emits"]
    assert rooms(running, "all") in ({"": ["A"]}, {})


def test_a_program_that_is_checked_tells_as_much_as_any_other(host: Host) -> None:
    """Otherwise it could find out: by what is in its memory, and by a thread that is missing."""
    checked = host.start("tells_inside", purpose="check").ready()
    with checked.client(tag="A") as client:
        client.accepted().emit("raises")
        assert checked.memory.wait(lambda memory: memory.exceptions)
        assert checked.memory.wait(lambda memory: any(report["kind"] == "handler" for report in memory.reports))
