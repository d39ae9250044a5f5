"""What the expert zone says about behaviour, seen to be true."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.stage.javascript import javascript
from tests.stage.people import people
from tests.stage.quick_to_close import LEAVING_AT_ONCE
from tests.stage.serving import PATIENCE, Served, Wire, client, examples_of, serving

pytestmark = pytest.mark.programs

EXAMPLES = Path(__file__).parents[1] / "examples"
COMING_AND_GOING = Path(__file__).parents[3] / "05-connections/examples/coming_and_going.py"

TASKS = """
from flask import Flask, request
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
@socketio.on("task")
def task(sid):
    socketio.start_background_task(lambda: print("sent", socketio.emit("done", to=sid)))
@socketio.on("disconnect")
def gone(reason): print("GONE", request.sid)
socketio.run(app)
"""


def test_under_unpatched_gevent_a_pause_inside_the_lock_stops_the_server(tmp_path: Path) -> None:
    program = (EXAMPLES / "last_ticket.py").read_text()
    program = program.replace('"threading"', '"gevent"').replace("time.sleep(1)", "socketio.sleep(0.2)")
    with serving(program, tmp_path) as served, client(served) as ada, client(served) as ben:
        answers = [each.emit("buy_in_turn", "balcony") for each in (ada, ben)]
        with pytest.raises(queue.Empty):
            ada.emit("nobody is there").get(timeout=1)
        assert [answer.empty() for answer in answers] == [True, True]
        served.process.kill()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(TASKS, tmp_path_factory.mktemp("small")) as running:
        yield running


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    with examples_of(EXAMPLES, cold="last_ticket") as examples:
        yield examples


# Handlers overlap


@pytest.mark.parametrize(
    ("event", "seat", "answers"),
    [
        ("buy", "front row", {"yours, 0 left", "yours, -1 left"}),
        ("buy_in_turn", "balcony", {"yours, 0 left", "sold out"}),
    ],
)
def test_two_buyers_get_one_ticket_unless_they_take_turns(
    example: Mapping[str, Served], event: str, seat: str, answers: set[str]
) -> None:
    with client(example["last_ticket"]) as ada, client(example["last_ticket"]) as ben:
        waiting = [person.emit(event, seat) for person in (ada, ben)]
        assert {answer.get(timeout=PATIENCE)[0] for answer in waiting} == answers


def test_without_async_handlers_one_client_is_served_in_order(example: Mapping[str, Served]) -> None:
    order: list[str] = []
    both = threading.Semaphore(0)

    def note(answer: str) -> None:
        order.append(answer)
        both.release()

    with client(example["in_order"]) as ada:
        for name, seconds in (("long", 0.5), ("none", 0)):
            ada.sio.emit("work", (name, seconds), callback=note)
        for _ in range(2):
            assert both.acquire(timeout=PATIENCE)
    assert order == ["long done", "none done"]


def test_without_async_handlers_two_clients_still_overlap(example: Mapping[str, Served]) -> None:
    with client(example["in_order"]) as ada, client(example["in_order"]) as ben:
        slow = ada.emit("work", "slow of ada", 2)
        example["in_order"].wait_for_line("slow of ada begins")
        assert ben.ask("work", "quick of ben", 0) == ("quick of ben done",)
        assert slow.empty()
        assert slow.get(timeout=PATIENCE) == ("slow of ada done",)


def test_a_plain_handler_can_run_a_coroutine_and_an_async_one_never_runs(example: Mapping[str, Served]) -> None:
    served = example["coroutine_inside"]
    with client(served) as ada:
        never = ada.emit("never", "word")
        served.wait_for_line("Object of type coroutine is not JSON serializable")
        assert ada.ask("works", "word") == ("WORD",)
        assert never.empty()


# What comes first


@contextmanager
def knocking(served: Served, auth: str = "") -> Iterator[Wire]:
    """Ask to come in on a bare WebSocket, and read nothing of what is answered."""
    bare = Wire(served.url)
    try:
        assert bare.receive().startswith("0{")
        bare.send("40" + (json.dumps(auth) if auth else ""))
        yield bare
    finally:
        bare.close()


def test_an_emit_in_connect_arrives_before_the_answer_to_the_connect(example: Mapping[str, Served]) -> None:
    with knocking(example["welcome"]) as bare:
        welcome, answer = bare.receive(), bare.receive()
    sid = json.loads(answer.removeprefix("40"))["sid"]
    assert welcome == f'42["welcome","{sid}"]'


def test_a_browser_hands_out_the_welcome_before_its_connect(example: Mapping[str, Served]) -> None:
    order = javascript(
        example["welcome"],
        """
const s = connect();
s.on("welcome", () => say("welcome"));
s.on("connect", () => {
  say("connect");
  s.on("welcome", () => say("heard by the listener that came late"));
});
await once(s, "connect");
const closed = once(s.io.engine, "close");
s.disconnect();
await closed;
""",
    )
    assert order == [["welcome"], ["connect"]]


def test_always_connect_turns_the_order_round(tmp_path: Path) -> None:
    text = (EXAMPLES / "welcome.py").read_text()
    turned = text.replace('async_mode="threading")', 'async_mode="threading", always_connect=True)')
    assert turned != text
    with serving(turned, tmp_path) as served, knocking(served) as bare:
        assert bare.receive().startswith('40{"sid"')
        assert bare.receive().startswith('42["welcome"')


ALWAYS = """
from flask import Flask
from flask_socketio import ConnectionRefusedError, SocketIO, disconnect
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", always_connect=True)
@socketio.on("connect")
def hello(auth):
    if auth == "refuse": raise ConnectionRefusedError("no")
    if auth == "disconnect": disconnect()
socketio.run(app)
"""


def test_with_always_connect_a_refusal_is_a_disconnect(tmp_path: Path) -> None:
    with serving(ALWAYS, tmp_path) as served:
        for auth, farewell in (("refuse", '41{"message":"no"}'), ("disconnect", "41")):
            with knocking(served, auth) as bare:
                assert bare.receive().startswith('40{"sid"')
                assert bare.receive() == farewell


# Names and leaks


def connected(served: Served, auth: Any) -> socketio.Client:
    sio = socketio.Client(**LEAVING_AT_ONCE)
    sio.connect(served.url, auth=auth, transports=["websocket"])
    return sio


def test_a_name_that_a_user_chose_may_be_one_of_yours(example: Mapping[str, Served]) -> None:
    with people(example["two_kinds_of_names"], "/", "/") as (mallory, ada):
        mallory.ask("join_group", "staff")
        ada.ask("report", "the till is short")
        assert mallory.heard() == [("report", "the till is short")]


def test_a_prefix_keeps_their_names_away_from_yours(example: Mapping[str, Served]) -> None:
    served = example["two_kinds_of_names"]
    boss = connected(served, {"token": "boss"})
    try:
        heard = threading.Event()
        boss.on("report", lambda text: heard.set())
        with people(served, "/", "/") as (mallory, ada):
            for name in ("staff", "role:staff", "group:staff"):
                mallory.ask("join_group_safely", name)
            ada.ask("report_safely", "the till is short")
            assert heard.wait(PATIENCE)
            assert mallory.heard() == []
    finally:
        boss.disconnect()


def test_a_change_of_mind_puts_nobody_out_of_a_room(example: Mapping[str, Served]) -> None:
    with people(example["taken_back"], "/", "/") as (ada, ben):
        assert (ada.ask("join", "Ada"), ben.ask("join", "Ben")) == ("welcome", "welcome")
        ada.ask("dismiss", "Ben")
        ada.ask("say", "Ben is out")
        assert ben.heard() == [("said", "Ben is out")]
        ada.ask("put_out", "Ben")
        ada.ask("say", "now he is")
        assert ben.heard() == []
        assert ben.ask("join", "Ben") == {"error": "You are not invited."}


# A name is no proof


@pytest.fixture
def coming_and_going() -> Iterator[Served]:
    with serving(COMING_AND_GOING) as running:
        yield running


def test_a_python_client_sends_them_and_a_browser_refuses_to(coming_and_going: Served) -> None:
    with client(coming_and_going) as ada:
        ada.sio.emit("disconnect", "bored")
        coming_and_going.wait_for_line(f"goodbye {ada.sio.get_sid()} because of: bored")
        assert ada.ask("how_many") == (0,)
    refused = javascript(
        coming_and_going,
        """
const s = connect();
await once(s, "connect");
for (const name of ["connect", "disconnect"]) {
  try { s.emit(name); } catch (error) { say(error.message); }
}
""",
    )
    assert refused == [['"connect" is a reserved event name'], ['"disconnect" is a reserved event name']]


FALSE_CONNECT = """
from flask import Flask, request
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
@socketio.on("connect")
def knock(auth):
    if request.event["args"] and request.event["args"][0] == "false": return False
@socketio.on("inside")
def inside(): return "in"
socketio.run(app)
"""


def test_a_false_connect_can_be_refused_and_nobody_leaves(tmp_path: Path) -> None:
    with serving(FALSE_CONNECT, tmp_path) as served, people(served, "/") as (ada,):
        assert ada.ask("connect", "false", None) is False
        assert ada.ask("inside") == "in"


def test_a_liar_signs_off_nobody_but_itself(coming_and_going: Served) -> None:
    with people(coming_and_going, "/", "/") as (ada, liar):
        before = ada.ask("how_many")
        for reason in ("bored", "bored again"):
            liar.wire.send(f'42["disconnect","{reason}"]')
            coming_and_going.wait_for_line(f"goodbye {liar.sid} because of: {reason}")
            assert ada.ask("how_many") == liar.ask("how_many") == before - 1
        for name in ("the boss", "the boss again"):
            liar.wire.send(f'42["connect",1,{{"name":"{name}"}}]')
            coming_and_going.wait_for_line(f"hello {liar.sid} with {{'name': '{name}'}}")
            assert ada.ask("how_many") == liar.ask("how_many") == before
    assert not coming_and_going.printed("Traceback")


# Context in a task

OUTSIDE = "failed: Working outside of request context."


@pytest.mark.parametrize("kind", ["plain", "app"])
def test_a_task_without_the_request_can_not_answer(example: Mapping[str, Served], kind: str) -> None:
    served = example["four_tasks"]
    before = len(served.lines)
    with people(served, "/") as (ada,):
        ada.ask("start", kind)
        with served.changed:
            assert served.changed.wait_for(lambda: OUTSIDE in served.lines[before:], PATIENCE), served.lines
        assert ada.heard() == []
        assert ("the app is four_tasks" in served.lines[before:]) is (kind == "app")


@pytest.mark.parametrize(("kind", "text"), [("copy", "with a copy of the context"), ("sid", "with the sid")])
def test_a_task_with_a_copy_or_the_sid_answers_the_one_who_asked(
    example: Mapping[str, Served], kind: str, text: str
) -> None:
    with people(example["four_tasks"], "/", "/") as (ada, ben):
        ada.ask("start", kind)
        assert ada.waits_for("done") == ("done", text)
        assert ben.heard() == []


def test_a_copied_context_has_the_session_itself_and_not_a_picture_of_it(example: Mapping[str, Served]) -> None:
    with people(example["copied_session"], "/") as (ada,):
        ada.ask("name", "Ada")
        ada.ask("greet_later")
        ada.ask("name", "Grace")
        assert ada.ask("who") == "Grace"
        assert ada.waits_for("greeting") == ("greeting", "Grace")


def test_a_message_to_a_sid_that_left_goes_nowhere_without_an_error(small: Served) -> None:
    with people(small, "/") as (ada,):
        with people(small, "/") as (ben,):
            sid = ben.sid
        small.wait_for_line(f"GONE {sid}")
        ada.ask("task", sid)
        small.wait_for_line("sent None")
        assert ada.heard() == []


def test_an_empty_to_in_a_task_reaches_everybody(small: Served) -> None:
    with people(small, "/", "/") as (ada, ben):
        ada.ask("task", "")
        assert ada.waits_for("done") == ben.waits_for("done") == ("done",)
