"""Every statement that lesson 5 makes about behaviour, seen to be true: its own examples, real clients, real frames."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import socketio
import websocket

from tests.live.disturbed import Disturbed
from tests.sandbox.gateway.stage import until
from tests.stage.javascript import javascript
from tests.stage.page import Page
from tests.stage.quick_to_close import QuickToClose
from tests.stage.running_site import RunningSite
from tests.stage.serving import PATIENCE, Served, Wire, client, examples_of, serving, wire

pytestmark = pytest.mark.programs

EXAMPLES = Path(__file__).parents[1] / "examples"

SMALL_SERVER = """
from flask import Flask, request, session
from flask_socketio import SocketIO, emit, join_room, rooms
app = Flask(__name__)
app.config["SECRET_KEY"] = "test"
socketio = SocketIO(app, async_mode="threading"{options})
{body}
socketio.run(app)
"""


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    with examples_of(EXAMPLES, cold="coming_and_going") as started:
        yield started


@pytest.fixture
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A small server around the handlers that the test gives as its parameter, or a changed example."""
    text = request.param if request.param.lstrip().startswith(('"""', "from ")) else with_options(request.param)
    with serving(text, tmp_path) as running:
        yield running


def with_options(body: str, options: str = "") -> str:
    return SMALL_SERVER.format(body=body, options=options)


def with_server(text: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("served", [text], indirect=True)


def changed(name: str, *replacements: tuple[str, str]) -> str:
    """Return an example as a learner changes it."""
    text = (EXAMPLES / f"{name}.py").read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text


OPENED: list[Wire] = []


@pytest.fixture(autouse=True)
def everything_is_closed() -> Iterator[None]:
    yield
    for bare in OPENED:
        hang_up(bare)
    OPENED.clear()


def opened(served: Served) -> Wire:
    """Open a bare WebSocket, which is closed when the test ends; returns it before anything was read or sent."""
    bare = Wire(served.url)
    OPENED.append(bare)
    return bare


def knock(served: Served, *auth: Any) -> tuple[Wire, str]:
    """Ask to come in, with that auth or none, and return the connection and the first frame that answers."""
    bare = opened(served)
    assert bare.receive().startswith("0{")
    bare.send("40" + "".join(json.dumps(value) for value in auth))
    return bare, bare.receive()


def came_in(served: Served, *auth: Any) -> Wire:
    bare, frame = knock(served, *auth)
    assert frame.startswith("40{")
    return bare


def sid_in(frame: str) -> str:
    assert frame.startswith("40{")
    return str(json.loads(frame[2:])["sid"])


def ask(bare: Wire, *event: Any, number: int = 7) -> Any:
    """Send an event on the bare wire and return its acknowledgement's first value."""
    bare.send(f"42{number}{json.dumps(event)}")
    while True:
        frame = bare.receive()
        if frame.startswith(f"43{number}"):
            values = json.loads(frame[2 + len(str(number)) :])
            return values[0] if values else None


def hang_up(bare: Wire) -> None:
    """End the TCP connection without a word of Socket.IO or of WebSocket, as a killed process does."""
    bare.socket.shutdown()


# Two events you never send


def test_connect_is_told_the_auth_and_disconnect_the_reason(example: Mapping[str, Served]) -> None:
    served = example["coming_and_going"]
    bare, frame = knock(served, {"name": "Ada"})
    sid = sid_in(frame)
    served.wait_for_line(f"hello {sid} with {{'name': 'Ada'}}")
    bare.send("41")
    served.wait_for_line(f"goodbye {sid} because of: client disconnect")
    bare, frame = knock(served)
    served.wait_for_line(f"hello {sid_in(frame)} with None")
    bare.close()


LEAVING = {
    "a packet that leaves the namespace": (lambda bare: bare.send("41"), "client disconnect"),
    "a packet that closes the connection": (lambda bare: bare.send("1"), "client disconnect"),
    "a handler that throws it out": (lambda bare: bare.send('42["throw_me_out"]'), "server disconnect"),
    "a closed websocket": (lambda bare: bare.close(), "transport close"),
    "a process that was killed": (hang_up, "transport close"),
}


@pytest.mark.parametrize("way", LEAVING)
def test_the_reason_says_how_a_client_left(example: Mapping[str, Served], way: str) -> None:
    served = example["coming_and_going"]
    leave, reason = LEAVING[way]
    bare, frame = knock(served)
    leave(bare)
    served.wait_for_line(f"goodbye {sid_in(frame)} because of: {reason}")
    bare.close()


def test_both_clients_say_goodbye_politely(example: Mapping[str, Served]) -> None:
    served = example["coming_and_going"]
    with client(served) as ada:
        sid = ada.sio.get_sid()
    line = served.wait_for_line(f"goodbye {sid} because of:")
    assert line.endswith(("client disconnect", "transport close"))
    ((sid,),) = javascript(
        served,
        """
const s = connect();
await once(s, "connect");
say(s.id);
const gone = once(s.io.engine, "close");
s.disconnect();
await gone;
""",
    )
    served.wait_for_line(f"goodbye {sid} because of: client disconnect")


@with_server("@socketio.on('disconnect')\ndef goodbye(): print('GONE')")
def test_a_disconnect_handler_without_a_parameter_still_works(served: Served) -> None:
    came_in(served).send("41")
    served.wait_for_line("GONE")


DEAF = """
@socketio.on('disconnect')
def goodbye(): print('GONE')
@socketio.on_error_default
def went_wrong(error): print('WRONG', error)
"""


@with_server(DEAF)
def test_an_error_handler_keeps_a_disconnect_handler_without_a_parameter_from_running(served: Served) -> None:
    came_in(served).send("41")
    served.wait_for_line("WRONG goodbye() takes 0 positional arguments but 1 was given")
    with wire(served):
        pass
    assert not served.printed("GONE")


def test_a_type_error_makes_the_disconnect_handler_run_twice(example: Mapping[str, Served]) -> None:
    served = example["counted_twice"]
    came_in(served).send("41")
    served.wait_for_line('can only concatenate str (not "int") to str')
    with wire(served) as bare:
        assert ask(bare, "how_many") == 2


# Answering the door


@pytest.mark.parametrize(
    ("auth", "answer"),
    [
        ("false", '44{"message":"Connection rejected by server"}'),
        ("flask", '44{"message":"wrong ticket","data":{"ask":"the box office"}}'),
        ("python", '44{"message":"Connection refused by server"}'),
    ],
)
def test_each_refusal_is_a_frame_of_its_own(example: Mapping[str, Served], auth: str, answer: str) -> None:
    bare, frame = knock(example["refusals"], auth)
    assert frame == answer
    bare.close()


def test_disconnect_inside_connect_does_nothing(example: Mapping[str, Served]) -> None:
    bare = came_in(example["refusals"], "disconnect")
    assert ask(bare, "inside") == "yes, you are in"
    assert ask(bare, "inside") == "yes, you are in"
    bare.close()


ANSWERS = """
@socketio.on("connect")
def knock(auth): return {"None": None, "0": 0, "''": "", "[]": [], "False": False}[auth["say"]]
"""


@with_server(ANSWERS)
def test_anything_but_false_lets_a_client_in(served: Served) -> None:
    for value in ("None", "0", "''", "[]"):
        came_in(served, {"say": value})
    _, frame = knock(served, {"say": "False"})
    assert frame.startswith("44")


QUIET_REFUSAL = """
@socketio.on("connect")
def knock(auth):
    if auth == "no": return False
@socketio.on("disconnect")
def goodbye(reason): print("GOODBYE", request.sid)
"""


@with_server(QUIET_REFUSAL)
def test_a_refused_client_never_disconnects(served: Served) -> None:
    bare, frame = knock(served, "no")
    assert frame.startswith("44")
    bare.close()
    other, frame = knock(served)
    other.send("41")
    served.wait_for_line(f"GOODBYE {sid_in(frame)}")
    assert len([line for line in served.lines if "GOODBYE" in line]) == 1


def test_a_browser_gets_message_and_data_and_does_not_try_again(example: Mapping[str, Served]) -> None:
    told = javascript(
        example["refusals"],
        """
const s = connect({ auth: "flask" });
const [error] = await once(s, "connect_error");
say(error.message, error.data, s.active);
""",
    )
    assert told == [["wrong ticket", {"ask": "the box office"}, False]]


def test_what_was_emitted_before_a_refusal_has_left(example: Mapping[str, Served]) -> None:
    bare, frame = knock(example["leaky_door"], "stranger")
    assert frame == '42["secret","the party is at nine"]'
    assert bare.receive() == '44{"message":"you are not on the list"}'
    bare.close()


def test_what_was_emitted_before_a_yes_arrives_before_it(example: Mapping[str, Served]) -> None:
    bare, frame = knock(example["leaky_door"], "friend")
    assert frame == '42["secret","the party is at nine"]'
    assert sid_in(bare.receive())


def test_a_browser_hands_out_a_friends_secret_before_its_connect_and_keeps_a_strangers(
    example: Mapping[str, Served],
) -> None:
    order = javascript(
        example["leaky_door"],
        """
const s = connect({ auth: "friend" });
s.onAny((name) => say(name));
s.on("connect", () => say("connect"));
await once(s, "connect");
""",
    )
    assert order == [["secret"], ["connect"]]
    refused = javascript(
        example["leaky_door"],
        """
const s = connect();
s.onAny((name) => say(name));
s.io.on("packet", ({ data }) => data?.[0] === "secret" && say("the frame came"));
const [error] = await once(s, "connect_error");
say(error.message);
""",
    )
    assert refused == [["the frame came"], ["you are not on the list"]]


# A door that breaks


def test_a_crash_in_connect_leaves_the_client_without_any_answer(example: Mapping[str, Served]) -> None:
    served = example["crashing_door"]
    bare = opened(served)
    assert bare.receive().startswith("0{")
    bare.send("40")
    served.wait_for_line("TypeError: 'NoneType' object is not subscriptable")
    bare.socket.settimeout(1)
    with pytest.raises(websocket.WebSocketTimeoutException):
        bare.receive()
    bare.close()
    bare, frame = knock(served, {"ticket": "paper"})
    assert frame.startswith("44")
    came_in(served, {"ticket": "gold"}).close()


def test_with_an_error_handler_a_crash_in_connect_lets_everybody_in(tmp_path: Path) -> None:
    listened = changed(
        "crashing_door",
        ("# @socketio.on_error_default", "@socketio.on_error_default"),
        ("# def went_wrong", "def went_wrong"),
        ("#     print", "    print"),
    )
    with serving(listened, tmp_path) as served:
        assert ask(came_in(served), "inside") == "yes, you are in"
        served.wait_for_line("something went wrong: TypeError")


GUARDED = """
@socketio.on("connect")
def knock(auth): return auth["ticket"] == "gold"
@socketio.on_error_default
def went_wrong(error):
    if request.event["message"] == "connect":
        return False
    return "sorry"
"""


@with_server(GUARDED)
def test_an_error_handler_that_returns_false_for_connect_refuses(served: Served) -> None:
    _, frame = knock(served)
    assert frame == '44{"message":"Connection rejected by server"}'
    came_in(served, {"ticket": "gold"})


RUNS = """
runs = 0
@socketio.on("connect", namespace="/counted")
def hello(auth=None):
    global runs
    runs += 1
    return 1 + "1"
@socketio.on("runs")
def count(): return runs
"""


@with_server(RUNS)
@pytest.mark.parametrize(("auth", "times"), [("", 4), ('{"a":1}', 2)])
def test_a_type_error_makes_a_connect_handler_run_again(served: Served, auth: str, times: int) -> None:
    bare = came_in(served)
    bare.send(f"40/counted,{auth}")
    served.wait_for_line("unsupported operand type(s) for +: 'int' and 'str'")
    assert ask(bare, "runs") == times


# sid and user


def test_two_connections_of_one_browser_have_two_sids(example: Mapping[str, Served]) -> None:
    (sids,) = javascript(
        example["one_sid_each"],
        """
const tabs = [connect(), connect()];
await Promise.all(tabs.map((tab) => once(tab, "connect")));
say(...tabs.map((tab) => tab.id));
""",
    )
    assert len(set(sids)) == 2


EVERY_NAMESPACE = """
@socketio.on("connect")
@socketio.on("connect", namespace="/chat")
def hello(auth): print("HELLO", request.namespace, request.sid)
"""


@with_server(EVERY_NAMESPACE)
def test_connect_runs_once_for_each_namespace_with_a_sid_of_its_own(served: Served) -> None:
    bare, frame = knock(served)
    bare.send("40/chat,")
    answer = bare.receive()
    chat_sid = json.loads(answer.removeprefix("40/chat,"))["sid"]
    assert chat_sid != sid_in(frame)
    served.wait_for_line(f"HELLO / {sid_in(frame)}")
    served.wait_for_line(f"HELLO /chat {chat_sid}")


def test_the_second_tab_takes_the_line_of_the_first(example: Mapping[str, Served]) -> None:
    served = example["one_sid_each"]
    with client(served) as one, client(served) as two, client(served) as ben:
        one.ask("login", "Ada")
        (book,) = two.ask("login", "Ada")
        assert book["Ada"] == two.sio.get_sid()
        ben.emit("tell", "Ada", "hi")
        assert two.next() == ("note", ("hi",))
        two.close()
        assert ben.ask("tell", "Ada", "are you there?") == ()
        one.ask("login", "Zoe")
        assert one.received.empty()


# Heartbeats


def test_the_first_packet_names_the_heartbeat_in_milliseconds(example: Mapping[str, Served]) -> None:
    first = opened(example["heartbeat"]).receive()
    opened_with = json.loads(first[1:])
    assert (opened_with["pingInterval"], opened_with["pingTimeout"]) == (2000, 1000)
    default = json.loads(opened(example["refusals"]).receive()[1:])
    assert (default["pingInterval"], default["pingTimeout"]) == (25000, 20000)


def test_a_frozen_client_is_seen_late_and_a_closed_one_at_once(example: Mapping[str, Served]) -> None:
    served = example["heartbeat"]
    asked, _ = knock(served)
    _, frozen = knock(served)  # from here on it reads nothing and answers nothing
    polling = polled_once(served)
    began = time.monotonic()
    killed, closed = knock(served)
    hang_up(killed)
    served.wait_for_line(f"goodbye {sid_in(closed)} because of: transport close")
    assert not served.printed(f"goodbye {sid_in(frozen)}")
    assert not served.printed(f"goodbye {polling}")
    assert asked.socket.recv() == "2"
    asked.send("3")
    served.wait_for_line(f"goodbye {sid_in(frozen)} because of: ping timeout")
    assert time.monotonic() - began >= 2 + 1  # the ping goes out after the interval, and has its time to be answered
    served.wait_for_line(f"goodbye {polling} because of: ping timeout")


def polled_once(served: Served) -> str:
    """Connect over long-polling and never poll again, as a browser whose page was closed; returns the sid."""
    url = f"{served.url}/socket.io/?EIO=4&transport=polling"
    with requests.Session() as browser:
        engine = json.loads(browser.get(url, timeout=PATIENCE).text[1:])["sid"]
        browser.post(f"{url}&sid={engine}", data="40", timeout=PATIENCE)
        return sid_in(browser.get(f"{url}&sid={engine}", timeout=PATIENCE).text)


@with_server("@socketio.on('tell')\ndef tell(sid): return repr(emit('news', 'hi', to=sid))")
def test_an_emit_to_a_frozen_client_looks_like_any_other(served: Served) -> None:
    _, frozen = knock(served)
    with client(served) as ada:
        assert ada.ask("tell", sid_in(frozen)) == ("None",)


STOPS = """
import os, signal
@socketio.on("stop")
def stop(): os.kill(os.getpid(), signal.SIGSTOP)
"""


def test_a_browser_finds_a_frozen_server_dead_by_the_same_figures(tmp_path: Path) -> None:
    with serving(with_options(STOPS, ", ping_interval=1, ping_timeout=1"), tmp_path) as served:
        told = javascript(
            served,
            """
const s = connect({ reconnection: false });
await once(s, "connect");
s.emit("stop");
say(...await once(s, "disconnect"));
""",
        )
    assert told[0][0] == "ping timeout"


GOODBYES = """
import time
@socketio.on("disconnect")
def goodbye(reason): print("GOODBYE", request.sid, reason)
@socketio.on("chatter")
def chatter(sid):
    for _ in range(70):
        socketio.sleep(0.1)
        socketio.emit("news", 1, to=sid)
"""
INTERVAL, TIMEOUT = 2, 1


@pytest.mark.timed
def test_silence_is_found_out_between_the_answer_being_due_and_the_next_look(tmp_path: Path) -> None:
    """All are silent from the start, and the times of the day at which clients die lie evenly over an interval.

    So half an interval is taken off to have the middle: half of the interval, one and a half times the timeout.
    """
    found: list[float] = []
    options = f", ping_interval={INTERVAL}, ping_timeout={TIMEOUT}"
    with serving(with_options(GOODBYES, options), tmp_path) as served:
        silent = {}
        for _ in range(12):
            knocked = time.monotonic()
            _, frame = knock(served)
            silent[sid_in(frame)] = knocked
        while silent and time.monotonic() < max(silent.values()) + PATIENCE:
            for sid in [sid for sid in silent if served.printed(f"GOODBYE {sid} ping timeout")]:
                found.append(time.monotonic() - silent.pop(sid))
            time.sleep(0.01)
    assert len(found) == 12
    assert min(found) >= INTERVAL + TIMEOUT
    assert max(found) < INTERVAL + 2 * TIMEOUT + 0.5  # the half is for a busy machine
    assert statistics.median(found) - INTERVAL / 2 < INTERVAL + TIMEOUT


@pytest.mark.timed
def test_an_emit_finds_silence_out_before_the_next_look(tmp_path: Path) -> None:
    interval, timeout = 0.5, 2
    with serving(with_options(GOODBYES, f", ping_interval={interval}, ping_timeout={timeout}"), tmp_path) as served:
        began = time.monotonic()
        _, frame = knock(served)
        with client(served) as ada:
            ada.emit("chatter", sid_in(frame))
            served.wait_for_line(f"GOODBYE {sid_in(frame)} ping timeout")
        assert interval + timeout <= time.monotonic() - began < interval + 1.5 * timeout


def polled(served: Served) -> tuple[str, str]:
    """Connect over long-polling; return the address to poll and the sid."""
    url = f"{served.url}/socket.io/?EIO=4&transport=polling"
    engine = json.loads(requests.get(url, timeout=PATIENCE).text[1:])["sid"]
    assert requests.post(f"{url}&sid={engine}", data="40", timeout=PATIENCE).ok
    return f"{url}&sid={engine}", sid_in(requests.get(f"{url}&sid={engine}", timeout=PATIENCE).text)


def test_silence_over_polling_may_be_told_as_transport_error(tmp_path: Path) -> None:
    """It was asked whether it is there and never says so: nothing more is sent to it, and its poll runs out first."""
    with serving(with_options(GOODBYES, ", ping_interval=0.5, ping_timeout=2"), tmp_path) as served:
        address, sid = polled(served)
        assert requests.get(address, timeout=PATIENCE).text == "2"
        requests.get(address, timeout=PATIENCE)
        served.wait_for_line(f"GOODBYE {sid} transport error")


def test_too_large_a_message_over_polling_is_a_server_disconnect(tmp_path: Path) -> None:
    with serving(with_options(GOODBYES, ", max_http_buffer_size=1000"), tmp_path) as served:
        address, sid = polled(served)
        with suppress(requests.ReadTimeout):  # the answer waits for somebody who fetches the goodbye
            requests.post(address, data='42["say","' + 1000 * "a" + '"]', timeout=0.5)
        served.wait_for_line(f"GOODBYE {sid} server disconnect")


def test_a_poll_that_is_hung_up_is_found_out_late(example: Mapping[str, Served]) -> None:
    served = example["heartbeat"]
    began = time.monotonic()
    address, sid = polled(served)
    with pytest.raises(requests.ReadTimeout):
        requests.get(address, timeout=0.5)  # a poll that hangs, and whose connection is closed
    served.wait_for_line(f"goodbye {sid} because of: ping timeout")
    assert time.monotonic() - began >= 2 + 1


# Coming back

TORN = """
const s = connect({ reconnectionDelay: 300, randomizationFactor: 0 });
s.on("said", (text) => say("said", text));
await once(s, "connect");
const before = await s.emitWithAck("join", "red");
s.emit("cut");
const [reason] = await once(s, "disconnect");
const other = connect();
await once(other, "connect");
other.emit("say", "red", "while you were away");
await other.emitWithAck("me");
await once(s, "connect");
const after = await s.emitWithAck("me");
other.emit("say", "red", "now that you are back");
await other.emitWithAck("me");
await s.emitWithAck("me");
say(reason, before, after, s.id, s.recovered);
"""


def test_after_a_torn_line_sid_rooms_and_state_are_gone_and_nothing_is_replayed(example: Mapping[str, Served]) -> None:
    (told,) = javascript(example["coming_back"], TORN)
    reason, before, after, sid, recovered = told
    assert reason == "transport close"
    assert before["points"] == 10 and set(before["rooms"]) == {before["sid"], "red"}
    assert after == {"sid": sid, "rooms": [sid], "points": None}
    assert before["sid"] != sid
    assert not recovered


def test_a_browser_keeps_its_own_emits_and_sends_them_when_it_is_back(example: Mapping[str, Served]) -> None:
    told = javascript(
        example["coming_back"],
        """
const [a, b] = [connect({ reconnectionDelay: 300 }), connect()];
await Promise.all([once(a, "connect"), once(b, "connect")]);
b.on("said", (text) => say(text));
await b.emitWithAck("join", "red");
a.emit("cut");
await once(a, "disconnect");
for (const text of ["one", "two"]) a.emit("say", "red", text);
await once(a, "connect");
await a.emitWithAck("me");
await b.emitWithAck("me");
""",
    )
    assert told == [["one"], ["two"]]


def test_a_python_client_raises_instead(example: Mapping[str, Served]) -> None:
    with client(example["coming_back"]) as ada:
        torn = threading.Event()
        ada.sio.on("disconnect", lambda reason: torn.set())
        ada.emit("cut")
        assert torn.wait(PATIENCE)
        with pytest.raises(socketio.exceptions.BadNamespaceError):
            ada.sio.emit("say", ("red", "hello"))


def test_a_browser_comes_back_after_a_torn_line_but_not_after_being_thrown_out(example: Mapping[str, Served]) -> None:
    torn = javascript(
        example["coming_back"],
        """
const s = connect({ reconnectionDelay: 1e6 });
await once(s, "connect");
s.emit("cut");
const [reason] = await once(s, "disconnect");
say(reason, s.active);
""",
    )
    thrown_out = javascript(
        example["coming_and_going"],
        """
const s = connect();
await once(s, "connect");
s.emit("throw_me_out");
const [reason] = await once(s, "disconnect");
say(reason, s.active);
""",
    )
    assert torn == [["transport close", True]]
    assert thrown_out == [["io server disconnect", False]]


def test_a_browser_that_left_by_itself_stays_away(example: Mapping[str, Served]) -> None:
    told = javascript(
        example["coming_and_going"],
        """
const s = connect({ reconnectionDelay: 10 });
await once(s, "connect");
s.disconnect();
say(s.active);
""",
    )
    assert told == [[False]]


def test_a_client_that_asks_gets_what_it_missed(example: Mapping[str, Served]) -> None:
    with client(example["catching_up"]) as ada:
        for text in ("one", "two", "three"):
            ada.emit("say", text)
            ada.next()
        (everything,) = ada.ask("since", 0)
        (missed,) = ada.ask("since", everything[-2]["id"])
        assert [message["text"] for message in missed] == ["three"]


# The session is a copy


def test_a_change_over_the_socket_is_never_seen_over_http(example: Mapping[str, Served]) -> None:
    served = example["session_copy"]
    with requests.Session() as browser:
        browser.get(f"{served.url}/login/Ada", timeout=PATIENCE)
        bare = with_cookies(served, browser)
        assert ask(bare, "who") == "Ada"
        ask(bare, "rename", "Eve")
        assert ask(bare, "who") == "Eve"
        assert browser.get(f"{served.url}/who", timeout=PATIENCE).text == "HTTP says: Ada"
        browser.get(f"{served.url}/login/Zoe", timeout=PATIENCE)
        assert ask(bare, "who") == "Eve"
        assert ask(with_cookies(served, browser), "who") == "Zoe"


def with_cookies(served: Served, browser: requests.Session) -> Wire:
    """Connect as a browser does: with the cookies of its pages."""
    address = served.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    bare = Wire.__new__(Wire)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
    bare.socket = websocket.create_connection(address, timeout=PATIENCE, class_=QuickToClose, cookie=cookies)
    OPENED.append(bare)
    assert bare.receive().startswith("0{")
    bare.send("40")
    assert bare.receive().startswith("40{")
    return bare


def test_an_open_socket_stays_logged_in_unless_the_route_ends_it(tmp_path: Path) -> None:
    ends = """    for sid in list(sids_of.get(name, ())):
        disconnect(sid=sid, namespace="/")
"""
    for program, stays in ((changed("log_out", (ends, "")), True), (changed("log_out"), False)):
        with serving(program, tmp_path) as served, requests.Session() as browser:
            assert knock(served)[1].startswith("44")
            browser.get(f"{served.url}/login/Ada", timeout=PATIENCE)
            tabs = [with_cookies(served, browser) for _ in range(2)]
            assert [ask(tab, "who") for tab in tabs] == ["Ada", "Ada"]
            browser.get(f"{served.url}/logout", timeout=PATIENCE)
            for tab in tabs:
                if stays:
                    assert ask(tab, "who") == "Ada"
                else:
                    assert tab.receive() == "41"


# The broom


def test_what_is_emitted_in_disconnect_is_heard_by_the_others_alone(example: Mapping[str, Served]) -> None:
    for how in ('a.emit("leave")', "a.disconnect()"):
        heard = javascript(
            example["last_words"],
            f"""
const [a, b] = [connect(), connect()];
await Promise.all([once(a, "connect"), once(b, "connect")]);
a.onAny((name) => say("a", name));
const left = [];
b.onAny((name) => {{ say("b", name); left.push(name); }});
const closed = once(a.io.engine, "close");
{how};
await closed;
if (!left.length) await once(b, "left");
""",
        )
        assert heard == [["b", "left"]]


def test_a_frame_to_the_leaver_may_still_get_through(example: Mapping[str, Served]) -> None:
    bare = came_in(example["last_words"])
    bare.send('42["leave"]')
    assert bare.receive() == "41"
    assert bare.receive() == '42["left","server disconnect"]'
    assert bare.receive().startswith('42["farewell"')


ROOMS = """
left = {}
@socketio.on("join")
def join(room): join_room(room)
@socketio.on("disconnect")
def goodbye(reason):
    left[request.sid] = sorted(rooms())
    print("GOODBYE", request.sid)
@socketio.on("look")
def look(sid): return [left[sid], sorted(sid for sid, _ in socketio.server.manager.get_participants("/", "red"))]
"""


@with_server(ROOMS)
def test_rooms_are_left_by_themselves_after_the_handler(served: Served) -> None:
    bare, frame = knock(served)
    ask(bare, "join", "red")
    with client(served) as ada:
        ada.ask("join", "red")
        bare.send("41")
        served.wait_for_line(f"GOODBYE {sid_in(frame)}")
        until = time.monotonic() + PATIENCE
        looked = ada.ask("look", sid_in(frame))[0]
        while len(looked[1]) > 1 and time.monotonic() < until:  # the room is left just after the handler has run
            looked = ada.ask("look", sid_in(frame))[0]
        assert looked == [sorted([sid_in(frame), "red"]), [ada.sio.get_sid()]]


def test_a_client_can_send_events_named_connect_and_disconnect(example: Mapping[str, Served]) -> None:
    served = example["coming_and_going"]
    bare, frame = knock(served)
    before = ask(bare, "how_many")
    bare.send('42["disconnect","bored"]')
    served.wait_for_line(f"goodbye {sid_in(frame)} because of: bored")
    assert ask(bare, "how_many") == before - 1
    bare.send('42["connect",1,{"name":"the boss"}]')
    served.wait_for_line(f"hello {sid_in(frame)} with {{'name': 'the boss'}}")
    assert ask(bare, "how_many") == before


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """The site itself: its gateway is what disturbs a connection."""
    running = RunningSite(tmp_path_factory.mktemp("course")).start()
    yield running
    running.stop()


@contextmanager
def disturbing(course: RunningSite, name: str) -> Iterator[Disturbed]:
    """Run an example in the playground, with client A."""
    with (
        Page(course.url, "/lessons/playground") as page,
        Disturbed(page, (EXAMPLES / f"{name}.py").read_text(), exercise="scratch") as running,
    ):
        yield running


# A python-socketio client whose connection is cut under it lets go of the socket without closing it.
careless = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@careless
def test_silence_is_found_out_late_and_a_cut_connection_at_once(course: RunningSite) -> None:
    with disturbing(course, "heartbeat") as running:
        began = time.monotonic()
        running.fault("freeze", amount=1)
        running.await_output("because of: ping timeout")
        assert time.monotonic() - began >= 1  # the answer has its time
        running.fault("well")
        until(lambda: running.ups["A"] == 2)
        running.fault("offline", amount=3)
        running.await_output("because of: ping timeout")
        until(lambda: running.ups["A"] == 3 and running.clients["A"].connected)
        running.fault("drop", direction="sent")
        running.clients["A"].emit("anything")
        running.await_output("because of: transport")


@careless
def test_a_lost_event_and_a_lost_answer_look_the_same_to_the_sender(course: RunningSite) -> None:
    with disturbing(course, "coming_back") as running:
        for direction, frame in [("sent", '["join","blue"]'), ("received", '"points":10')]:
            ups, answers = running.ups["A"], []
            running.fault("drop", direction=direction)
            running.clients["A"].emit("join", "blue", callback=answers.append)
            running.await_mark("lost", frame)
            until(lambda ups=ups: running.ups["A"] == ups + 1 and running.clients["A"].connected)
            assert answers == []


@careless
def test_a_killed_server_runs_no_handler_and_remembers_nothing(course: RunningSite) -> None:
    with disturbing(course, "coming_back") as running:
        assert running.clients["A"].call("join", "red", timeout=PATIENCE)["points"] == 10
        running.fault("kill")
        assert running.fault("restart")["ok"]
        until(lambda: running.ups["A"] == 2 and running.clients["A"].connected, PATIENCE)
        assert running.clients["A"].call("me", timeout=PATIENCE)["points"] is None
    with disturbing(course, "heartbeat") as running:
        running.fault("kill")
        assert running.fault("restart")["ok"]
        running.await_output("hello")
        running.await_output("hello")
        assert not running.printed("goodbye")
