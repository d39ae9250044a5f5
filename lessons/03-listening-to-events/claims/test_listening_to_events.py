"""Every statement that lesson 3 makes about behaviour, seen to be true: its own examples, real clients, real frames."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import Queue

import pytest
import websocket
from flask import Flask
from flask_socketio import SocketIO

from tests.stage.javascript import javascript
from tests.stage.serving import PATIENCE, Served, Wire, client, examples_of, serving, wire

pytestmark = pytest.mark.programs

EXAMPLES = Path(__file__).parents[1] / "examples"

SMALL_SERVER = """
import threading, time
from flask import Flask, request
from flask_socketio import SocketIO, emit
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
{body}
socketio.run(app)
"""


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    """The lesson's examples, each started when a test first asks for it."""
    with examples_of(EXAMPLES, cold="two_events") as started:
        yield started


@pytest.fixture
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A small server around the handlers that the test gives as its parameter."""
    with serving(SMALL_SERVER.format(body=request.param), tmp_path) as running:
        yield running


def with_server(body: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("served", [body], indirect=True)


# A name and some data


def test_one_server_listens_to_several_events_over_one_connection(example: Mapping[str, Served]) -> None:
    with client(example["two_events"]) as ada:
        ada.emit("join", "Ada")
        assert ada.next() == ("news", ("Ada is here",))
        ada.emit("wave")
        assert ada.next() == ("news", ("somebody waves",))


def test_an_event_is_one_frame_with_the_name_first(example: Mapping[str, Served]) -> None:
    with wire(example["two_events"]) as bare:
        bare.send('42["join","Ada"]')
        assert bare.receive() == '42["news","Ada is here"]'


@pytest.mark.parametrize("name", ["wvae", "Wave"])
def test_an_event_nobody_listens_to_is_dropped_without_a_word(example: Mapping[str, Served], name: str) -> None:
    served = example["two_events"]
    with client(served) as ada:
        before = len(served.lines)
        answer = ada.emit(name)
        assert ada.ask("wave") == ()
        assert ada.ask("wave") == ()
        assert answer.empty()
        assert served.lines[before:] == []


# Two names with a history


def test_send_is_emit_under_the_name_message(example: Mapping[str, Served]) -> None:
    with client(example["message_and_json"]) as ada:
        ada.sio.send("hi")
        assert ada.next() == ("message", ("you said 'hi'",))
    with wire(example["message_and_json"]) as bare:
        bare.send('42["message","hi"]')
        assert bare.receive() == """42["message","you said 'hi'"]"""


def test_a_browsers_send_says_message_whatever_it_sends(example: Mapping[str, Served]) -> None:
    heard = javascript(
        example["message_and_json"],
        """
const s = connect();
s.onAny((...event) => say(...event));
await once(s, "connect");
s.send({ text: "hi" });
await once(s, "message");
s.emit("json", { text: "hi" });
await once(s, "json");
""",
    )
    assert heard == [["message", "you said {'text': 'hi'}"], ["json", {"keys": ["text"]}]]


def test_send_with_json_uses_the_name_json(example: Mapping[str, Served]) -> None:
    with wire(example["message_and_json"]) as bare:
        bare.send('42["json",{"b":1,"a":2}]')
        assert bare.receive() == '42["json",{"keys":["a","b"]}]'


# What your function is given


@pytest.mark.parametrize(
    ("payload", "number", "python"),
    [
        ("", 0, "()"),
        (",2,3", 2, "(2, 3)"),
        (",[2,3]", 1, "([2, 3],)"),
        (',"a",{"b":1},null', 3, "('a', {'b': 1}, None)"),
    ],
)
def test_each_value_after_the_name_is_one_argument_and_a_list_is_one(
    example: Mapping[str, Served], payload: str, number: int, python: str
) -> None:
    with wire(example["arguments"]) as bare:
        bare.send(f'420["count"{payload}]')
        assert bare.receive() == f'430["{number} argument(s): {python}"]'


def test_no_payload_is_a_type_error_in_the_log_and_silence_for_the_client(example: Mapping[str, Served]) -> None:
    served = example["arguments"]
    with client(served) as ada:
        answer = ada.emit("exactly_one")
        served.wait_for_line("TypeError: exactly_one() missing 1 required positional argument")
        assert ada.ask("exactly_one", "x") == ("one argument: 'x'",)
        assert answer.empty()


@with_server("@socketio.on('add')\ndef add(a, b): return a + b\n@socketio.on('ping')\ndef ping(): return 1")
def test_a_list_does_not_fill_two_parameters(served: Served) -> None:
    with client(served) as ada:
        answer = ada.emit("add", [2, 3])
        served.wait_for_line("TypeError: add() missing 1 required positional argument: 'b'")
        assert ada.ask("ping") == (1,)
        assert answer.empty()


TAKES_WHAT_COMES = """
@socketio.on("one")
def one(data=None): return repr(data)
@socketio.on("any")
def any(*args): return len(args)
"""


@with_server(TAKES_WHAT_COMES)
def test_a_default_and_a_star_take_what_comes(served: Served) -> None:
    with client(served) as ada:
        assert ada.ask("one") == ("None",)
        assert ada.ask("one", 5) == ("5",)
        assert [ada.ask("any", *range(number)) for number in range(3)] == [(0,), (1,), (2,)]


def test_a_python_client_sends_a_list_as_one_argument_and_a_tuple_as_several(example: Mapping[str, Served]) -> None:
    with client(example["arguments"]) as ada:
        answers: Queue[str] = Queue()
        ada.sio.emit("count", ["Ada", 36, True], callback=answers.put)
        assert answers.get(timeout=PATIENCE).startswith("1 argument(s)")
        ada.sio.emit("count", ("Ada", 36, True), callback=answers.put)
        assert answers.get(timeout=PATIENCE).startswith("3 argument(s)")


# Answering the sender


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ('420["add",2,3]', "430[5]"),
        ('4213["add",2,3]', "4313[5]"),
        ('420["ends",[3,1,2]]', "430[1,3]"),
        ('420["both",[3,1,2]]', "430[[1,3]]"),
        ('420["noted","milk"]', "430[]"),
    ],
)
def test_the_return_value_comes_back_under_the_questions_number(
    example: Mapping[str, Served], question: str, answer: str
) -> None:
    with wire(example["acknowledgements"]) as bare:
        bare.send(question)
        assert bare.receive() == answer


def test_a_return_value_nobody_asked_for_goes_nowhere_without_harm(example: Mapping[str, Served]) -> None:
    with wire(example["acknowledgements"]) as bare:
        bare.send('42["add",2,3]')
        bare.send('425["add",1,1]')
        assert bare.receive() == "435[2]"


def test_nobody_but_the_sender_hears_an_acknowledgement(example: Mapping[str, Served]) -> None:
    with client(example["two_events"]) as ada, client(example["two_events"]) as ben:
        assert ada.ask("wave") == ()
        assert ben.next() == ("news", ("somebody waves",))
        assert ben.received.empty()


@with_server("@socketio.on('look')\ndef look(): return repr(emit('news', 1, to='a-sid-that-left'))")
def test_emit_returns_none_even_when_nobody_is_there(served: Served) -> None:
    with client(served) as ada:
        assert ada.ask("look") == ("None",)


# The same name twice


def test_the_second_function_under_a_name_replaces_the_first(example: Mapping[str, Served]) -> None:
    served = example["same_event_twice"]
    with client(served) as ada:
        assert ada.ask("order", "soup") == ("kitchen told",)
        served.wait_for_line("kitchen told: soup")
        assert not served.printed("written down")


# A net under the named events


def test_the_catch_all_gets_only_what_no_named_handler_took(example: Mapping[str, Served]) -> None:
    with client(example["catch_all"]) as ada:
        assert ada.ask("order", "soup") == ("one soup, coming up",)
        for name in ("oder", "Order", "message"):
            assert ada.ask(name, "soup") == ({"unknown": name},)


CATCH_ALL_FIRST = """
@socketio.on("*")
def rest(event, *args):
    print("REST", event, args)
    return "rest"
@socketio.on("order")
def order(dish): return "order"
"""


@with_server(CATCH_ALL_FIRST)
def test_the_named_handler_wins_even_when_the_catch_all_was_written_first(served: Served) -> None:
    with client(served) as ada:
        assert ada.ask("order", "soup") == ("order",)


@with_server(CATCH_ALL_FIRST)
def test_connect_and_disconnect_do_not_reach_the_catch_all(served: Served) -> None:
    with client(served):
        pass
    with client(served) as ben:
        assert ben.ask("other", 1) == ("rest",)
    served.wait_for_line("REST other (1,)")
    assert not served.printed("REST connect")
    assert not served.printed("REST disconnect")


@with_server(CATCH_ALL_FIRST)
def test_wrong_arguments_do_not_make_an_event_fall_into_the_catch_all(served: Served) -> None:
    with client(served) as ada:
        answer = ada.emit("order")
        served.wait_for_line("TypeError: order() missing 1 required positional argument")
        assert ada.ask("other") == ("rest",)
        assert answer.empty()
    assert not served.printed("REST order")


# When a handler crashes


@with_server("@socketio.on('find')\ndef find(key): return {'a': 1}[key]")
def test_a_crash_is_never_answered_and_the_connection_works_on(served: Served) -> None:
    with client(served) as ada:
        answer = ada.emit("find", "b")
        served.wait_for_line("KeyError: 'b'")
        assert ada.ask("find", "a") == (1,)
        assert answer.empty()
        assert ada.sio.connected


SORRY = {"error": "That did not work. Send two numbers, the second not 0."}


@pytest.mark.parametrize("numbers", [(1, 0), (1,), ("six", 3)])
def test_what_the_error_handler_returns_becomes_the_acknowledgement(
    example: Mapping[str, Served], numbers: tuple[object, ...]
) -> None:
    with client(example["error_handler"]) as ada:
        assert ada.ask("divide", 6, 3) == (2.0,)
        assert ada.ask("divide", *numbers) == (SORRY,)


def test_the_error_handler_does_not_hear_an_unknown_event(example: Mapping[str, Served]) -> None:
    with client(example["error_handler"]) as ada:
        answer = ada.emit("divdie", 6, 3)
        assert ada.ask("divide", 6, 3) == (2.0,)
        assert answer.empty()


UNSENDABLE = """
import datetime
@socketio.on("letters")
def letters(word): return set(word)
@socketio.on("now")
def now(): return datetime.datetime.now()
@socketio.on("ping")
def ping(): return 1
@socketio.on_error_default
def went_wrong(error): return {"error": "bad input"}
"""


@with_server(UNSENDABLE)
@pytest.mark.parametrize(("event", "kind"), [(("letters", "abc"), "set"), (("now",), "datetime")])
def test_an_answer_that_is_no_json_never_comes_despite_the_error_handler(
    served: Served, event: tuple[str, ...], kind: str
) -> None:
    with client(served) as ada:
        answer = ada.emit(*event)
        served.wait_for_line(f"Object of type {kind} is not JSON serializable")
        assert ada.ask("ping") == (1,)
        assert answer.empty()


BROKEN_DOOR = """
@socketio.on("connect")
def check_the_ticket(auth): return auth["ticket"] == "right"
"""
RETURNS = """
@socketio.on_error_default
def went_wrong(error): return "sorry"
"""


def error_handler_of(example: str) -> str:
    """Return the error handler that an example shows: it is what readers copy."""
    begin = "@socketio.on_error_default"
    return begin + (EXAMPLES / f"{example}.py").read_text().partition(begin)[2].partition("\n\n\n")[0]


@with_server(BROKEN_DOOR + RETURNS)
def test_an_error_handler_that_returns_lets_a_crashing_connect_in(served: Served) -> None:
    with wire(served):
        pass


@with_server(BROKEN_DOOR + error_handler_of("error_handler"))
def test_raising_again_keeps_a_crashing_connect_out(served: Served) -> None:
    bare = Wire(served.url)
    assert bare.receive().startswith("0{")
    bare.send("40")
    served.wait_for_line("TypeError: 'NoneType' object is not subscriptable")
    bare.send("40/fence,")
    assert bare.receive() == '44/fence,"Unable to connect"', "the broken door had sent something before the fence"
    bare.close()


# async def does not work here


def test_an_async_handler_never_runs_and_its_answer_never_comes(example: Mapping[str, Served]) -> None:
    served = example["async_def"]
    with client(served) as ada:
        answer = ada.emit("modern", "Ada")
        served.wait_for_line("Object of type coroutine is not JSON serializable")
        assert ada.ask("plain", "Ada") == ("hello Ada",)
        served.wait_for_line("this one runs")
        assert answer.empty()
    assert not served.printed("you will never read this")


def test_there_is_no_asyncio_mode() -> None:
    with pytest.raises(ValueError, match="Invalid async_mode"):
        SocketIO(Flask("nowhere"), async_mode="asyncio")


# Handlers overlap


def test_three_events_of_one_client_are_handled_at_the_same_time(example: Mapping[str, Served]) -> None:
    served = example["overlap"]
    order: list[str] = []
    all_there = threading.Semaphore(0)

    def note(answer: str) -> None:
        order.append(answer)
        all_there.release()

    with client(served) as ada:
        for name, seconds in (("long", 1.5), ("short", 0.5), ("none", 0)):
            ada.sio.emit("work", (name, seconds), callback=note)
        for _ in range(3):
            assert all_there.acquire(timeout=PATIENCE)
    assert order == ["none done", "short done", "long done"]


COUNTER = """
counter = 0
lock = threading.Lock()
def add_one():
    global counter
    old = counter
    time.sleep(0.005)
    counter = old + 1
@socketio.on("add")
def add(): add_one()
@socketio.on("add_in_turn")
def add_in_turn():
    with lock: add_one()
@socketio.on("read")
def read(): return counter
"""


@with_server(COUNTER)
@pytest.mark.parametrize(("event", "all_counted"), [("add", False), ("add_in_turn", True)])
def test_overlapping_handlers_lose_counts_and_a_lock_saves_them(served: Served, event: str, all_counted: bool) -> None:
    with client(served) as ada:
        for answer in [ada.emit(event) for _ in range(50)]:
            assert answer.get(timeout=PATIENCE) == ()
        (counted,) = ada.ask("read")
    assert (counted == 50) is all_counted


# Before you go

LISTENING = """
@socketio.on("message")
def message(data): print("HEARD", data)
@socketio.on("join")
def join(): return "/"
@socketio.on("*")
def rest(event, *args): return "caught in /"
@socketio.on("other", namespace="/chat")
def other(): return "/chat"
@socketio.on("picture")
def picture(data):
    print("HEARD picture")
    return len(data)
"""


@with_server(LISTENING)
def test_a_plain_websocket_that_says_hello_is_hung_up_on(served: Served) -> None:
    bare = Wire(served.url)
    assert bare.receive().startswith("0{")
    bare.send("hello")
    assert _hung_up(bare)
    assert not served.printed("HEARD")


@with_server(LISTENING)
def test_an_event_in_another_namespace_does_not_fall_through(served: Served) -> None:
    with client(served, "/chat") as ada:
        answer = ada.emit("join")
        assert ada.ask("other") == ("/chat",)
        assert ada.ask("other") == ("/chat",)
        assert answer.empty()
    with client(served) as ben:
        assert ben.ask("join") == ("/",)


@with_server(LISTENING)
def test_a_message_above_the_limit_ends_the_connection_without_a_reason(served: Served) -> None:
    with wire(served) as bare:
        bare.send('420["picture","' + "x" * 999_000 + '"]')
        assert bare.receive() == "430[999000]"
    served.wait_for_line("HEARD picture")
    heard = len([line for line in served.lines if "HEARD" in line])
    with wire(served) as bare:
        bare.send('420["picture","' + "x" * 1_100_000 + '"]')
        assert _hung_up(bare)
    assert len([line for line in served.lines if "HEARD" in line]) == heard


def _hung_up(bare: Wire) -> bool:
    """Say whether the server closes the connection, rather than answering."""
    try:
        return bare.receive() == ""
    except websocket.WebSocketTimeoutException:
        return False
    except (websocket.WebSocketException, OSError):
        return True
    finally:
        bare.close()
