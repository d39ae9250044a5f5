"""Every statement that lesson 4 makes about behaviour, seen to be true: its own examples, real clients, real frames."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from flask import Flask, session
from flask_socketio import SocketIO, call, emit, join_room
from flask_socketio.test_client import SocketIOTestClient

from tests.stage.serving import PATIENCE, Client, Served, client, examples_of, serving, wire

pytestmark = pytest.mark.programs

LESSON = Path(__file__).parents[1]

SMALL_SERVER = """
import time
from datetime import datetime
from flask import Flask, request
from flask_socketio import SocketIO, call, emit
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
def tried(function):
    try:
        return repr(function())
    except Exception as error:
        return f"{{type(error).__name__}}: {{error}}"
@socketio.on("last")
def last(): socketio.emit("last")
@socketio.on("my_sid")
def my_sid(): return request.sid
@socketio.on("do")
def do(code, sids=()): return tried(lambda: eval(code, globals(), {{"sids": sids}}))
@app.post("/do")
def do_in_route(): return tried(lambda: eval(request.get_data(as_text=True)))
@socketio.on("do_in_task")
def do_in_task(code, sid=None):
    socketio.start_background_task(lambda: print("TASK", tried(lambda: eval(code, globals(), {{"sid": sid}}))))
{body}
if __name__ == "__main__":
    socketio.run(app)
"""
"""`do`, `do_in_task` and `POST /do` evaluate what they are sent: in a handler, in a task, in a view."""


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    with examples_of(LESSON / "examples", cold="held_back") as started:
        yield started


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(SMALL_SERVER.format(body=""), tmp_path_factory.mktemp("small")) as running:
        yield running


class Three:
    """Clients A, B and C of one server, and what each of them hears."""

    def __init__(self, served: Served, clients: list[Client]) -> None:
        self.served = served
        self.clients = dict(zip("ABC", clients, strict=True))

    def who_hears(self, event: str) -> dict[str, list[Any]]:
        """Return the arguments of every `event` that each has heard before the `last` one, which reaches them all."""
        self.clients["C"].emit("last")
        heard = {name: _until(each, ("last", ())) for name, each in self.clients.items()}
        assert {name for items in heard.values() for name, _ in items} <= {event}
        return {name: [arguments for _, arguments in items] for name, items in heard.items() if items}


def _until(each: Client, last: tuple[str, tuple[Any, ...]]) -> list[tuple[str, tuple[Any, ...]]]:
    """Return what this client hears before the event `last`, which is known to reach it."""
    received = []
    while (item := each.next()) != last:
        received.append(item)
    return received


@pytest.fixture
def three(small: Served) -> Iterator[Three]:
    with ExitStack() as stack:
        yield Three(small, [stack.enter_context(client(small)) for _ in "ABC"])


@pytest.fixture
def trio(example: Mapping[str, Served], request: pytest.FixtureRequest) -> Iterator[Three]:
    """A, B and C at the example that the test names as its parameter."""
    served = example[request.param]
    with ExitStack() as stack:
        yield Three(served, [stack.enter_context(client(served)) for _ in "ABC"])


def at_example(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("trio", [name], indirect=True)


def post(served: Served, code: str) -> str:
    with urlopen(
        Request(f"{served.url}/do", code.encode(), {"Content-Type": "text/plain"}), timeout=PATIENCE
    ) as answer:
        return str(answer.read().decode())


# Two functions called emit


def test_the_imported_emit_answers_the_sender_and_the_method_speaks_to_all(three: Three) -> None:
    assert three.clients["A"].ask("do", "emit('news', 1)") == ("None",)
    assert three.who_hears("news") == {"A": [(1,)]}
    assert three.clients["A"].ask("do", "socketio.emit('news', 1)") == ("None",)
    assert three.who_hears("news") == {"A": [(1,)], "B": [(1,)], "C": [(1,)]}


@pytest.mark.parametrize(
    ("event", "heard", "audience"),
    [("echo", "said", "A"), ("shout", "said", "ABC"), ("announce", "said", "ABC"), ("typing", "typing", "BC")],
)
@at_example("audiences")
def test_each_of_the_four_audiences(trio: Three, event: str, heard: str, audience: str) -> None:
    assert trio.clients["A"].ask(event, "hi") == ()
    trio.clients["A"].ask("shout", "last")
    received = {name: _until(each, ("said", ("last",))) for name, each in trio.clients.items()}
    assert {name for name, items in received.items() if items} == set(audience)
    assert all(items in ([], [(heard, ("hi",))]) for items in received.values())


NAMESPACES = """
@socketio.on("both", namespace="/chat")
def both():
    emit("here", 1)
    socketio.emit("there", 1)
@socketio.on("fence", namespace="/chat")
def fence(): socketio.emit("last", namespace="/chat")
"""


def test_emit_stays_in_the_namespace_and_the_method_takes_the_default_one(tmp_path: Path) -> None:
    with (
        serving(SMALL_SERVER.format(body=NAMESPACES), tmp_path) as served,
        client(served) as ada,
        client(served, "/chat") as ben,
    ):
        assert ben.ask("both") == ()
        ben.ask("fence")
        assert _until(ben, ("last", ())) == [("here", (1,))]
        ada.ask("last")
        assert _until(ada, ("last", ())) == [("there", (1,))]


# Everybody but me


def test_include_self_false_alone_reaches_nobody(three: Three) -> None:
    assert three.clients["A"].ask("do", "emit('typing', 1, include_self=False)") == ("None",)
    assert three.who_hears("typing") == {}


# One person


def test_to_replaces_the_sender(three: Three) -> None:
    (ben,) = three.clients["B"].ask("my_sid")
    assert three.clients["A"].ask("do", "emit('news', 1, to=sids)", ben) == ("None",)
    assert three.who_hears("news") == {"B": [(1,)]}


def test_a_list_of_sids_reaches_each_of_them(three: Three) -> None:
    (ben,) = three.clients["B"].ask("my_sid")
    assert three.clients["A"].ask("do", "emit('news', 1, to=[sids, request.sid])", ben) == ("None",)
    assert three.who_hears("news") == {"A": [(1,)], "B": [(1,)]}


def test_with_to_broadcast_changes_nothing(three: Three) -> None:
    (ben,) = three.clients["B"].ask("my_sid")
    assert three.clients["A"].ask("do", "emit('news', 1, to=sids, broadcast=True)", ben) == ("None",)
    assert three.who_hears("news") == {"B": [(1,)]}


@pytest.mark.parametrize("function", ["emit", "socketio.emit"])
def test_room_is_an_alias_of_to(three: Three, function: str) -> None:
    (ben,) = three.clients["B"].ask("my_sid")
    assert three.clients["A"].ask("do", f"{function}('news', 1, room=sids)", ben) == ("None",)
    assert three.who_hears("news") == {"B": [(1,)]}


@pytest.mark.parametrize(
    ("address", "emitted", "by_method"),
    [
        ("to=None", "A", "ABC"),
        ("to=''", "A", "ABC"),
        ("to=[]", "A", "ABC"),
        ("room=''", "ABC", "ABC"),
        ("to='no-such-sid'", "", ""),
    ],
)
def test_an_empty_address(three: Three, address: str, emitted: str, by_method: str) -> None:
    assert three.clients["A"].ask("do", f"emit('news', 1, {address})") == ("None",)
    assert set(three.who_hears("news")) == set(emitted)
    assert three.clients["A"].ask("do", f"socketio.emit('news', 1, {address})") == ("None",)
    assert set(three.who_hears("news")) == set(by_method)


@at_example("whisper")
def test_an_unknown_name_is_answered_and_reaches_nobody(trio: Three) -> None:
    for name, person in (("A", "Ada"), ("B", "Ben"), ("C", "Cleo")):
        trio.clients[name].ask("i_am", person)
    assert trio.clients["A"].ask("whisper", "Bne", "psst") == (False,)
    for person in ("Ada", "Ben", "Cleo"):
        assert trio.clients["A"].ask("whisper", person, "last") == (True,)
    assert [_until(each, ("whispered", ("last",))) for each in trio.clients.values()] == [[], [], []]


# What fits into an event


@pytest.mark.parametrize(
    ("payload", "arguments"),
    [
        (", ('Ada', 36)", ("Ada", 36)),
        (", ['Ada', 36]", (["Ada", 36],)),
        (", [('e2', 'e4'), 'Ada']", ([["e2", "e4"], "Ada"],)),
        ("", ()),
        (", None", ()),
        (", {1: 'one', 2: ('two', 'three')}", ({"1": "one", "2": ["two", "three"]},)),
        (", b'raw'", (b"raw",)),
    ],
)
def test_what_a_listener_gets(small: Served, payload: str, arguments: tuple[Any, ...]) -> None:
    with client(small) as ada:
        ada.emit("do", f"emit('sent'{payload})")
        assert ada.next() == ("sent", arguments)


def test_bytes_travel_in_a_frame_of_their_own(small: Served) -> None:
    with wire(small) as bare:
        bare.send("""42["do","emit('sent', b'raw')"]""")
        assert bare.receive() == '451-["sent",{"_placeholder":true,"num":0}]'
        assert bare.receive() == "raw"


@pytest.mark.parametrize("function", ["emit", "socketio.emit"])
@pytest.mark.parametrize(("value", "kind"), [("{1, 2}", "set"), ("datetime.now()", "datetime")])
def test_what_is_not_json_raises_at_the_emit(small: Served, function: str, value: str, kind: str) -> None:
    with client(small) as ada:
        assert ada.ask("do", f"{function}('sent', {value})") == (
            f"TypeError: Object of type {kind} is not JSON serializable",
        )


@pytest.mark.parametrize("function", ["emit", "socketio.emit"])
def test_a_third_value_is_a_type_error_about_to(small: Served, function: str) -> None:
    with client(small) as ada:
        (outcome,) = ada.ask("do", f"{function}('sent', 'Ada', 36)")
        assert outcome == "TypeError: Server.emit() got multiple values for argument 'to'"


def test_socketio_emit_does_not_take_broadcast(small: Served) -> None:
    with client(small) as ada:
        for value in ("True", "False"):
            (outcome,) = ada.ask("do", f"socketio.emit('news', 1, broadcast={value})")
            assert outcome == "TypeError: Server.emit() got an unexpected keyword argument 'broadcast'"


def test_emit_ignores_a_misspelt_word(three: Three) -> None:
    assert three.clients["A"].ask("do", "emit('news', 1, brodcast=True)") == ("None",)
    assert three.who_hears("news") == {"A": [(1,)]}


# From a web page


@at_example("from_route")
def test_from_a_route(trio: Three) -> None:
    with pytest.raises(HTTPError) as failed:
        urlopen(f"{trio.served.url}/wrong", timeout=PATIENCE)
    assert failed.value.code == 500
    failed.value.close()
    trio.served.wait_for_line("AttributeError: 'Request' object has no attribute 'namespace'")
    with urlopen(f"{trio.served.url}/right", timeout=PATIENCE) as answer:
        assert answer.read() == b"Told them all."
    for each in trio.clients.values():
        assert each.next() == ("news", ("the page was opened",))
        assert each.received.empty()


def test_nobody_is_self_in_a_route(three: Three) -> None:
    assert post(three.served, "socketio.emit('news', 1, include_self=False)") == (
        "AttributeError: 'Request' object has no attribute 'sid'"
    )
    assert three.who_hears("news") == {}


def test_include_self_false_needs_somebody_else_to_talk_to(three: Three) -> None:
    everybody = [each.ask("my_sid")[0] for each in three.clients.values()]
    for audience in ("broadcast=True", "to=sids"):
        assert three.clients["A"].ask("do", f"emit('news', 1, {audience}, include_self=False)", everybody) == ("None",)
        assert three.who_hears("news") == {"B": [(1,)], "C": [(1,)]}


POOL = Path(__file__).parents[2] / "07-performance/examples/news_from_a_thread.py"


def test_under_gevent_what_a_native_thread_emits_is_late() -> None:
    with serving(POOL) as served, client(served) as ada:
        began = time.monotonic()
        ada.emit("bake")
        assert ada.next()[0] == "baked"
        assert time.monotonic() - began >= 2  # the first was emitted after half a second


def test_skip_sid_leaves_one_client_out(three: Three) -> None:
    (ben,) = three.clients["B"].ask("my_sid")
    assert post(three.served, f"socketio.emit('news', 1, skip_sid='{ben}')") == "None"
    assert three.who_hears("news") == {"A": [(1,)], "C": [(1,)]}


def test_a_route_reaches_one_client_by_its_sid(three: Three) -> None:
    (ben,) = three.clients["B"].ask("my_sid")
    assert post(three.served, f"socketio.emit('news', 1, to='{ben}')") == "None"
    assert three.who_hears("news") == {"B": [(1,)]}


# From a background task


@pytest.mark.parametrize(
    "code", ["emit('news', 1)", "emit('news', 1, broadcast=True)", "request.sid", "emit('news', 1, to=sid)"]
)
def test_from_a_plain_task(three: Three, code: str) -> None:
    before = len(three.served.lines)
    three.clients["A"].ask("do_in_task", code)
    line = _task_line(three.served, before)
    assert line == "TASK RuntimeError: Working outside of request context."
    assert three.who_hears("news") == {}
    assert three.clients["A"].sio.connected


def test_a_task_reaches_one_client_by_its_sid(three: Three) -> None:
    before = len(three.served.lines)
    (ada,) = three.clients["A"].ask("my_sid")
    three.clients["A"].ask("do_in_task", "socketio.emit('news', 1, to=sid)", ada)
    assert _task_line(three.served, before) == "TASK None"
    assert three.who_hears("news") == {"A": [(1,)]}


def _task_line(served: Served, before: int) -> str:
    def told() -> list[str]:
        return [line for line in served.lines[before:] if line.startswith("TASK")]

    with served.changed:
        assert served.changed.wait_for(told, PATIENCE), served.lines
        return told()[0]


NIGHTLY = "from server import socketio; print(socketio.emit('news', 'backup done'))"


def test_another_process_that_imports_the_server_reaches_nobody(tmp_path: Path) -> None:
    with serving(SMALL_SERVER.format(body=""), tmp_path) as served, client(served) as ada:
        done = subprocess.run(
            [sys.executable, "-c", NIGHTLY], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=True
        )
        assert (done.stdout, done.stderr) == ("None\n", "")
        ada.ask("last")
        assert _until(ada, ("last", ())) == []


# When does it leave?


def _times(ada: Client, event: str) -> tuple[list[float], float]:
    """Return when each of the four `progress` events came, and how long the handler took, in seconds."""
    begun = time.monotonic()
    answer = ada.emit(event)
    came = []
    for done in (25, 50, 75, 100):
        assert ada.next() == ("progress", (done,))
        came.append(time.monotonic() - begun)
    assert answer.get(timeout=PATIENCE) == ("copied",)
    return came, time.monotonic() - begun


@pytest.mark.timed
def test_emit_only_queues(example: Mapping[str, Served]) -> None:
    with client(example["held_back"]) as ada:
        came, took = _times(ada, "copy")
        assert came[0] > took * 0.7, "the first came only when the handler was done"


@pytest.mark.timed
def test_socketio_sleep_lets_the_queue_go_in_both_modes(example: Mapping[str, Served], tmp_path: Path) -> None:
    threading_too = (LESSON / "examples/held_back.py").read_text().replace('"gevent"', '"threading"')
    with serving(threading_too, tmp_path) as second:
        for served in (example["held_back"], second):
            with client(served) as ada:
                came, took = _times(ada, "copy_kindly")
                assert came[0] < took * 0.7, "the first came long before the handler was done"


@pytest.mark.timed
def test_under_threading_it_leaves_while_the_handler_sleeps(tmp_path: Path) -> None:
    source = (LESSON / "examples/held_back.py").read_text().replace('"gevent"', '"threading"')
    with serving(source, tmp_path) as served, client(served) as ada:
        came, took = _times(ada, "copy")
        assert came[0] < took * 0.7


COMPUTING = """
import time
from flask import Flask
from flask_socketio import SocketIO, emit
app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")
@socketio.on("compute")
def compute():
    emit("starting")
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        sum(range(1000))
socketio.run(app)
"""


def test_a_computing_handler_holds_its_own_emit_back(tmp_path: Path) -> None:
    with serving(COMPUTING, tmp_path) as served, client(served) as ada:
        begun = time.monotonic()
        ada.emit("compute")
        assert ada.next() == ("starting", ())
        assert time.monotonic() - begun >= 1.5, "it can't have left before the handler's end"


# Did it arrive?


def test_emit_returns_none(small: Served) -> None:
    with client(small) as ada:
        for function in ("emit", "socketio.emit"):
            assert ada.ask("do", f"{function}('news', 1)") == ("None",)


def test_the_servers_question_carries_a_number(example: Mapping[str, Served]) -> None:
    with wire(example["ask_back"]) as bare:
        bare.send('42["later"]')
        assert bare.receive() == '421["sure","Delete?"]'
        bare.send('431["ok"]')
        example["ask_back"].wait_for_line("the client answered")
        example["ask_back"].wait_for_line("('ok',)")  # another thread may print between the two


def test_a_callback_is_called_with_the_answer_and_the_handler_does_not_wait(example: Mapping[str, Served]) -> None:
    with wire(example["ask_back"]) as bare:
        bare.send('427["later"]')
        frames = {bare.receive(), bare.receive()}
        assert frames == {'421["sure","Delete?"]', "437[]"}, "acknowledged before the client has answered"
        bare.send('431["yes",2]')
        example["ask_back"].wait_for_line("the client answered ('yes', 2)")


CALLS = """
@socketio.on("quick")
def quick(): return tried(lambda: call("sure", timeout=0.3))
@socketio.on("patient")
def patient():
    begun = time.monotonic()
    print("PATIENT", tried(lambda: call("sure", timeout=1.5)), time.monotonic() - begun >= 1.4)
@socketio.on("back")
def back(): emit("sure", callback=lambda *answer: print("CALLBACK", answer))
@socketio.on("ping_me")
def ping_me(): return "pong"
"""


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(SMALL_SERVER.format(body=CALLS), tmp_path_factory.mktemp("calling")) as running:
        yield running


def test_a_callback_is_never_called_without_an_answer(calling: Served) -> None:
    with wire(calling) as bare:
        bare.send('42["back"]')
        assert bare.receive() == '421["sure"]'
        bare.send('429["ping_me"]')
        assert bare.receive() == '439["pong"]'
        assert not calling.printed("CALLBACK")


def test_call_returns_the_answer(example: Mapping[str, Served]) -> None:
    with wire(example["ask_back"]) as bare:
        bare.send('427["now"]')
        assert bare.receive() == '421["sure","Delete?"]'
        bare.send('431["ok"]')
        assert bare.receive() == """437["the client answered 'ok'"]"""


def test_call_raises_timeout_error(calling: Served) -> None:
    with wire(calling) as bare:
        bare.send('427["quick"]')
        assert bare.receive() == '421["sure"]'
        assert bare.receive().startswith('437["TimeoutError')


def test_call_waits_its_time_even_when_the_client_has_left(calling: Served) -> None:
    with wire(calling) as bare:
        bare.send('42["patient"]')
        assert bare.receive() == '421["sure"]'
    line = calling.wait_for_line("PATIENT")
    assert line.startswith("PATIENT TimeoutError")
    assert line.endswith("True")


def test_the_default_timeout_of_call_is_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    app, socketio = _server()
    waited: list[float] = []

    def note(*_args: Any, **options: Any) -> None:
        waited.append(options["timeout"])

    monkeypatch.setattr(socketio.server, "call", note)
    socketio.on_event("ask", lambda: call("sure"))
    socketio.test_client(app).emit("ask")
    assert waited == [60]


# Test it without a browser


def _test_file() -> str:
    """Return the test file that the lesson shows."""
    text = (LESSON / "lesson.md").read_text()
    (shown,) = [fence.split("```")[0] for fence in text.split("```python\n")[1:] if "import pytest" in fence]
    return shown


def _pytest(folder: Path, server: str) -> subprocess.CompletedProcess[str]:
    (folder / "server.py").write_text(server)
    (folder / "test_server.py").write_text(_test_file())
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "test_server.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )


def test_the_test_file_of_the_lesson_passes(tmp_path: Path) -> None:
    done = _pytest(tmp_path, (LESSON / "examples/tested.py").read_text())
    assert done.returncode == 0 and "4 passed" in done.stdout, done.stdout


def test_the_test_file_of_the_lesson_can_fail(tmp_path: Path) -> None:
    server = (LESSON / "examples/tested.py").read_text()
    done = _pytest(
        tmp_path, server.replace("include_self=False", "include_self=True").replace("if not text", "if text is None")
    )
    assert done.returncode == 1 and "2 failed, 2 passed" in done.stdout, done.stdout


def _server() -> tuple[Flask, SocketIO]:
    app = Flask("tested")
    return app, SocketIO(app, async_mode="threading")


def test_get_received_empties_the_list() -> None:
    app, socketio = _server()
    socketio.on_event("shout", lambda: emit("shouted"))
    ada = socketio.test_client(app)
    ada.emit("shout")
    assert len(ada.get_received()) == 1
    assert ada.get_received() == []


def test_a_crash_comes_out_in_the_test() -> None:
    app, socketio = _server()
    socketio.on_event("divide", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        socketio.test_client(app).emit("divide")


def test_the_test_client_handles_one_event_after_the_other() -> None:
    app, socketio = _server()
    diary: list[str] = []

    def slow() -> None:
        diary.append(f"begins on {threading.current_thread().name}")
        time.sleep(0.05)
        diary.append("ends")

    socketio.on_event("slow", slow)
    ada, ben = socketio.test_client(app), socketio.test_client(app)
    ada.emit("slow")
    ben.emit("slow")
    assert diary == ["begins on MainThread", "ends"] * 2


def test_call_is_not_for_the_test_client() -> None:
    app, socketio = _server()
    socketio.on_event("ask", lambda: call("sure", timeout=1))
    with pytest.raises(RuntimeError, match=r"Cannot use call\(\)"):
        socketio.test_client(app).emit("ask")


def test_the_test_client_has_no_transport() -> None:
    """An origin that a real server refuses is let in; and no Engine.IO session, so no heartbeat, is ever made."""
    app, socketio = _server()
    ada = socketio.test_client(app, headers={"Origin": "http://elsewhere.example"})
    assert ada.is_connected()
    assert socketio.server is not None
    assert socketio.server.eio.sockets == {}


def test_the_test_client_knows_connect_rooms_and_sessions() -> None:
    app, socketio = _server()
    app.secret_key = "not a secret"
    diary: list[str] = []
    socketio.on_event("connect", lambda: diary.append("connect"))
    socketio.on_event("disconnect", lambda _reason: diary.append("disconnect"))
    socketio.on_event("join", join_room)
    socketio.on_event("to_red", lambda: emit("hello", to="red"))
    socketio.on_event("keep", lambda name: session.update(name=name))
    socketio.on_event("tell", lambda: session.get("name"))
    ada: SocketIOTestClient = socketio.test_client(app)
    ben: SocketIOTestClient = socketio.test_client(app)
    ben.emit("join", "red")
    ada.emit("to_red")
    assert (len(ada.get_received()), len(ben.get_received())) == (0, 1)
    ada.emit("keep", "Ada")
    assert ada.emit("tell", callback=True) == "Ada"
    assert ben.emit("tell", callback=True) == [], "an empty answer"
    ada.disconnect()
    assert diary == ["connect", "connect", "disconnect"]
