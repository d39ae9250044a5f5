"""Every statement that lesson 6 makes about behaviour, seen to be true: its own examples, bare frames, real clients."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import socketio

from tests.stage.people import NOWHERE, people
from tests.stage.quick_to_close import LEAVING_AT_ONCE
from tests.stage.serving import PATIENCE, Served, Wire, examples_of, serving

pytestmark = pytest.mark.programs

SMALL_SERVER = """
from flask import Flask, request
from flask_socketio import *
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading")
{body}
socketio.run(app)
"""


@pytest.fixture(scope="module")
def example() -> Iterator[Mapping[str, Served]]:
    with examples_of(Path(__file__).parents[1] / "examples", cold="join_and_say") as examples:
        yield examples


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server with a handler for each small statement."""
    with serving(SMALL_SERVER.format(body=HANDLERS), tmp_path_factory.mktemp("small")) as running:
        yield running


HANDLERS = """
@socketio.on("join")
def join(room):
    try: join_room(room)
    except (ValueError, TypeError) as error: return type(error).__name__ + ": " + str(error)
@socketio.on("leave")
def leave(room): leave_room(room)
@socketio.on("close")
def close(room):
    try: close_room(room)
    except ValueError as error: return str(error)
@socketio.on("where")
def where(): return rooms()
@socketio.on("say")
def say(room, text): return repr(emit("said", text, to=room))
@socketio.on("server_says")
def server_says(room, text): return repr(socketio.emit("said", text, to=room))
@socketio.on("say_by_old_name")
def say_by_old_name(room, text): emit("said", text, room=room)
@socketio.on("members")
def members(room): return sorted(sid for sid, _ in socketio.server.manager.get_participants("/", room))
@socketio.on("known_rooms")
def known_rooms(): return sorted(str(room) for room in socketio.server.manager.rooms["/"])
@socketio.on("disconnect")
def gone(reason): print("GONE", rooms())
@socketio.on("put")
def put(sid, room): join_room(room, sid=sid)
@socketio.on("join", namespace="/chat")
def chat_join(room): join_room(room)
@socketio.on("say", namespace="/chat")
def chat_say(room, text): emit("said", text, to=room)
@socketio.on("say_over_there", namespace="/chat")
def chat_say_over_there(room, text): emit("said", text, to=room, namespace="/")
@socketio.on("connect", namespace="/admin")
def guard(auth): return (auth or {}).get("token") == "right"
@app.route("/join/<room>")
def route(room):
    try: join_room(room)
    except Exception as error: return type(error).__name__ + ": " + str(error)
    return "joined"
@app.route("/put/<sid>/<room>")
def route_that_knows(sid, room):
    join_room(room, sid=sid, namespace="/")
    return "joined"
@app.route("/say/<room>")
def route_that_says(room):
    socketio.emit("said", "from a route", to=room)
    return "said"
"""


def get(served: Served, path: str) -> str:
    with urllib.request.urlopen(served.url + path, timeout=PATIENCE) as answer:  # our own server
        return str(answer.read().decode())


# Rooms


def test_only_the_members_of_a_room_hear_it(example: Mapping[str, Served]) -> None:
    with people(example["join_and_say"], "/", "/", "/") as (ada, ben, cleo):
        ada.ask("join", "red")
        ben.ask("join", "red")
        ada.ask("say", "red", "hi")
        assert ada.heard() == [("said", "hi")]
        assert ben.heard() == [("said", "hi")]
        assert cleo.heard() == []


def test_you_need_not_be_in_a_room_to_send_to_it_and_hear_nothing_of_it_yourself(example: Mapping[str, Served]) -> None:
    with people(example["join_and_say"], "/", "/") as (ada, ben):
        ben.ask("join", "red")
        ada.ask("say", "red", "hi")
        assert ben.heard() == [("said", "hi")]
        assert ada.heard() == []


def test_who_has_left_hears_no_more(example: Mapping[str, Served]) -> None:
    with people(example["join_and_say"], "/", "/") as (ada, ben):
        ada.ask("join", "red")
        ben.ask("join", "red")
        ben.ask("leave", "red")
        ada.ask("say", "red", "hi")
        assert ada.heard() == [("said", "hi")]
        assert ben.heard() == []
        assert ben.ask("where") == [ben.sid]


def test_everybody_is_alone_in_a_room_named_after_their_sid(example: Mapping[str, Served]) -> None:
    with people(example["join_and_say"], "/", "/") as (ada, ben):
        assert ada.ask("where") == [ada.sid]
        ada.ask("join", "red")
        assert ada.ask("where") == [ada.sid, "red"]
        ben.ask("say", ada.sid, "psst")
        assert ada.heard() == [("said", "psst")]
        assert ben.heard() == []


def test_the_wire_never_names_the_room(example: Mapping[str, Served]) -> None:
    with people(example["join_and_say"], "/") as (ada,):
        ada.ask("join", "red")
        ada.wire.send('42["say","red","hi"]')
        assert ada.wire.receive() == '42["said","hi"]'


def test_joining_twice_is_joining_once_and_leaving_a_room_you_are_not_in_is_no_error(small: Served) -> None:
    with people(small, "/") as (ada,):
        ada.ask("leave", "green")
        ada.ask("join", "green")
        ada.ask("join", "green")
        ada.ask("say", "green", "once")
        assert ada.heard() == [("said", "once")]
        ada.ask("leave", "green")
        ada.ask("say", "green", "never")
        assert ada.heard() == []


def test_an_empty_room_is_no_error(small: Served) -> None:
    with people(small, "/") as (ada,):
        assert ada.ask("say", "never-heard-of", "hi") == "None"
        assert ada.heard() == []


def test_a_room_vanishes_with_its_last_member_and_at_a_disconnect(small: Served) -> None:
    with people(small, "/") as (ada,):
        ada.ask("join", "short")
        assert "short" in ada.ask("known_rooms")
        ada.ask("leave", "short")
        assert "short" not in ada.ask("known_rooms")
        with people(small, "/") as (ben,):
            ben.ask("join", "shorter")
            sid = ben.sid
        small.wait_for_line(f"GONE ['{sid}', 'shorter']")  # rooms() still knows them in the disconnect handler
        deadline = time.monotonic() + PATIENCE
        while "shorter" in ada.ask("known_rooms"):  # each turn is a round trip; the clean-up follows the handler
            assert time.monotonic() < deadline
        assert sid not in ada.ask("known_rooms")


def test_a_list_of_rooms_reaches_who_is_in_both_once(example: Mapping[str, Served]) -> None:
    with people(example["two_rooms_at_once"], "/", "/", "/") as (ada, ben, cleo):
        ada.ask("join", "red")
        ada.ask("join", "blue")
        ben.ask("join", "blue")
        cleo.ask("say", ["red", "blue"], "hi")
        assert ada.heard() == [("said", "hi")]
        assert ben.heard() == [("said", "hi")]
        assert cleo.heard() == []


def test_include_self_false_leaves_out_the_sender(example: Mapping[str, Served]) -> None:
    with people(example["two_rooms_at_once"], "/", "/") as (ada, ben):
        ada.ask("join", "red")
        ben.ask("join", "red")
        ada.ask("typing", "red")
        assert ada.heard() == []
        assert ben.heard() == [("typing",)]


def test_close_room_puts_everybody_out(small: Served) -> None:
    with people(small, "/", "/") as (ada, ben):
        ada.ask("join", "hall")
        ben.ask("join", "hall")
        assert ada.ask("close", "hall") is None
        assert (ada.ask("where"), ben.ask("where")) == ([ada.sid], [ben.sid])


def test_room_is_the_older_name_of_to(small: Served) -> None:
    with people(small, "/") as (ada,):
        ada.ask("join", "old")
        ada.ask("say_by_old_name", "old", "hi")
        assert ada.heard() == [("said", "hi")]


def test_the_number_1_and_the_text_1_are_two_rooms(small: Served) -> None:
    with people(small, "/", "/") as (ada, ben):
        ada.ask("join", 1)
        ben.ask("join", "1")
        ada.ask("say", 1, "to the number")
        assert ada.heard() == [("said", "to the number")]
        assert ben.heard() == []


def test_a_list_is_no_name_for_a_room(small: Served) -> None:
    with people(small, "/") as (ada,):
        assert "TypeError" in ada.ask("join", ["red"])


def test_the_room_of_another_sid_can_be_neither_joined_nor_closed(small: Served) -> None:
    with people(small, "/", "/") as (ada, ben):
        assert ben.ask("join", ada.sid) == "ValueError: cannot enter a sid room"
        assert ben.ask("close", ada.sid) == "cannot close a sid room"
        assert ada.ask("where") == [ada.sid]


def test_a_room_sends_one_frame_to_each_member(small: Served) -> None:
    with people(small, "/", "/", "/") as crowd:
        for person in crowd:
            person.ask("join", "crowd")
        crowd[0].ask("say", "crowd", "hi")
        assert [person.heard() for person in crowd] == [[("said", "hi")]] * 3


# From outside a handler


def test_a_background_task_reaches_a_room(example: Mapping[str, Served]) -> None:
    with people(example["from_outside"], "/", "/") as (ada, ben):
        ada.ask("join", "clock")
        first = ada.waits_for("tick")
        assert first[1] >= 1
        assert ben.heard() == []


def test_a_route_reaches_a_room(small: Served) -> None:
    with people(small, "/", "/") as (ada, ben):
        ada.ask("join", "news")
        assert get(small, "/say/news") == "said"
        assert ada.heard() == [("said", "from a route")]
        assert ben.heard() == []


def test_join_room_needs_a_handler_around_it_or_a_sid_and_a_namespace(small: Served) -> None:
    with people(small, "/", "/") as (ada, ben):
        assert "no attribute 'sid'" in get(small, "/join/red")
        assert get(small, f"/put/{ada.sid}/seat") == "joined"
        ben.ask("put", ben.sid, "seat")
        assert ada.ask("where") == [ada.sid, "seat"]
        assert ben.ask("where") == [ben.sid, "seat"]


def test_a_background_task_cannot_join_a_room(tmp_path: Path) -> None:
    body = "socketio.start_background_task(join_room, 'red')"
    with serving(SMALL_SERVER.format(body=body), tmp_path) as served:
        # A traceback is written in pieces; the server's own greeting may come between two of them.
        served.wait_for_line("Working outside of application context")


# Nobody keeps a list for you


def test_participants_are_sids_and_no_names(small: Served) -> None:
    with people(small, "/", "/") as (ada, ben):
        ada.ask("join", "table")
        ben.ask("join", "table")
        assert ada.ask("members", "table") == sorted([ada.sid, ben.sid])


def test_the_guest_list_follows_who_comes_and_goes(example: Mapping[str, Served]) -> None:
    with people(example["guest_list"], "/") as (ada,):
        ada.ask("join", "red", "Ada")
        with people(example["guest_list"], "/", "/") as (ben, cleo):
            ben.ask("join", "red", "Ben")
            cleo.ask("join", "blue", "Cleo")
            assert ben.heard() == [("guests", "red", ["Ada", "Ben"])]
        lists = [ada.waits_for("guests") for _ in range(3)]
    assert lists == [("guests", "red", names) for names in (["Ada"], ["Ada", "Ben"], ["Ada"])]


# A missing room


def test_an_empty_to_reaches_everybody_or_the_sender_alone(small: Served) -> None:
    """`socketio.emit` takes every empty value for “no room”; `emit` does too, and then answers the sender."""
    with people(small, "/", "/") as (ada, ben):
        for nothing in ("", None, 0, []):
            ada.ask("server_says", nothing, "leak")
            assert (ada.heard(), ben.heard()) == ([("said", "leak")], [("said", "leak")]), nothing
            ada.ask("say", nothing, "echo")
            assert (ada.heard(), ben.heard()) == ([("said", "echo")], []), nothing


def test_an_empty_room_under_the_old_name_is_a_broadcast_even_in_emit(small: Served) -> None:
    with people(small, "/", "/") as (ada, ben):
        ada.ask("say_by_old_name", "", "leak")
        assert (ada.heard(), ben.heard()) == ([("said", "leak")], [("said", "leak")])


def test_a_careless_handler_leaks_and_a_careful_one_refuses(example: Mapping[str, Served]) -> None:
    with people(example["missing_room"], "/", "/") as (ada, ben):
        ada.ask("join", "red")
        ada.ask("careless", {"room": "red", "text": "for red"})
        assert (ada.heard(), ben.heard()) == ([("said", "for red")], [])
        ada.ask("careless", {"text": "for red"})
        assert (ada.heard(), ben.heard()) == ([("said", "for red")], [("said", "for red")])
        assert ada.ask("careful", {"text": "for red"}) == {"error": "Say which room."}
        ada.ask("careful", {"room": "red", "text": "for red"})
        assert (ada.heard(), ben.heard()) == ([("said", "for red")], [])


def test_whoever_names_a_room_reaches_it_unless_you_ask_who_they_are(example: Mapping[str, Served]) -> None:
    served = example["may_you"]
    with people(served, "/") as (stranger,):
        assert stranger.ask("join", "red") == {"error": "You are not invited."}
        assert stranger.ask("say", "red", "hi") == {"error": "Join the room first."}
        with client_of(served, {"name": "Ben"}) as ben:
            assert ben.call("join", "blue", timeout=PATIENCE) == {"error": "You are not invited."}
            assert ben.call("join", "red", timeout=PATIENCE) == "welcome"
            assert ben.call("say", ("red", "hi"), timeout=PATIENCE) is None
        assert stranger.heard() == []


@contextmanager
def client_of(served: Served, auth: dict[str, Any], *namespaces: str) -> Iterator[Any]:
    sio = socketio.Client(**LEAVING_AT_ONCE)
    sio.connect(served.url, auth=auth, namespaces=list(namespaces) or ["/"], transports=["websocket"])
    try:
        yield sio
    finally:
        sio.disconnect()


# Namespaces


def joined(bare: Wire, namespace: str) -> str:
    """Ask to be let into a namespace; return the frame that answers."""
    bare.send(f"40{namespace},")
    return bare.receive()


@contextmanager
def bare_wire(served: Served) -> Iterator[Wire]:
    bare = Wire(served.url)
    try:
        assert bare.receive().startswith("0{")
        yield bare
    finally:
        bare.close()


def test_one_connection_carries_two_namespaces_with_a_sid_for_each(example: Mapping[str, Served]) -> None:
    served = example["chat_and_game"]
    with bare_wire(served) as bare:
        chat, game = joined(bare, "/chat"), joined(bare, "/game")
        assert chat.startswith('40/chat,{"sid":') and game.startswith('40/game,{"sid":')
        chat_sid, game_sid = (json.loads(frame.partition(",")[2])["sid"] for frame in (chat, game))
        assert chat_sid != game_sid
        served.wait_for_line(f"chat: hello {chat_sid}")
        served.wait_for_line(f"game: hello {game_sid}")
        assert not served.printed(f"game: hello {chat_sid}")


def test_the_namespace_stands_in_front_of_the_list(example: Mapping[str, Served]) -> None:
    with bare_wire(example["chat_and_game"]) as bare:
        joined(bare, "/chat")
        joined(bare, "/game")
        for namespace, said in (("/chat", "hi"), ("/game", "HI")):
            bare.send(f'42{namespace},0["join","red"]')
            assert bare.receive() == f"43{namespace},0[]"
            bare.send(f'42{namespace},["say","red","hi"]')
            assert bare.receive() == f'42{namespace},["said","{said}"]'


def test_rooms_are_per_namespace(example: Mapping[str, Served]) -> None:
    with people(example["chat_and_game"], "/chat", "/chat", "/game") as (ada, ben, cleo):
        for person in (ada, ben, cleo):
            person.ask("join", "red")
        ada.ask("say", "red", "hi")
        assert ada.heard() == [("said", "hi")]
        assert ben.heard() == [("said", "hi")]
        assert cleo.heard() == []


def test_leaving_one_namespace_leaves_the_other_alone(example: Mapping[str, Served]) -> None:
    with bare_wire(example["chat_and_game"]) as bare:
        joined(bare, "/chat")
        joined(bare, "/game")
        bare.send("41/chat,")
        bare.send('42/chat,0["join","red"]')
        bare.send('42/game,1["join","red"]')
        assert bare.receive() == "43/game,1[]"


def test_an_unknown_namespace_is_refused_and_the_default_one_never(example: Mapping[str, Served]) -> None:
    with bare_wire(example["chat_and_game"]) as bare:
        assert joined(bare, "/chess") == '44/chess,"Unable to connect"'
        bare.send("40")
        assert bare.receive().startswith('40{"sid":')


def test_a_guard_at_one_namespace_leaves_the_default_one_open(small: Served) -> None:
    with bare_wire(small) as bare:
        assert joined(bare, "/admin").startswith("44/admin,")
        bare.send("40")
        assert bare.receive().startswith('40{"sid":')
        bare.send('420["where"]')
        assert bare.receive().startswith("430[")


def test_who_joined_a_namespace_only_is_not_in_the_default_one(example: Mapping[str, Served]) -> None:
    with people(example["wrong_address"], "/chat", "/chat", "/") as (ada, ben, cleo):
        ada.ask("shout", "hi")
        assert (ada.heard(), ben.heard(), cleo.heard()) == ([], [], [("news", "hi")])


@pytest.mark.parametrize("event", ["shout_here", "shout_by_address"])
def test_emit_stays_where_it_is_called_and_socketio_emit_goes_where_it_is_told(
    example: Mapping[str, Served], event: str
) -> None:
    with people(example["wrong_address"], "/chat", "/chat", "/") as (ada, ben, cleo):
        ada.ask(event, "hi")
        assert (ada.heard(), ben.heard(), cleo.heard()) == ([("news", "hi")], [("news", "hi")], [])


def test_a_handler_may_name_another_namespace(small: Served) -> None:
    with people(small, "/chat", "/") as (ada, ben):
        ada.ask("join", "red")
        ben.ask("join", "red")
        ada.ask("say_over_there", "red", "hi")
        assert (ada.heard(), ben.heard()) == ([], [("said", "hi")])


def test_a_handler_without_a_namespace_listens_in_the_default_one(small: Served) -> None:
    with people(small, "/chat", "/") as (ada, ben):
        ada.wire.send('42/chat,999["where"]')
        ada.ask("join", "x")
        ada.ask("join", "x")
        assert ben.ask("where") == [ben.sid]
        assert ada.heard() == []
        ada.wire.send(f"40{NOWHERE},")
        assert ada.wire.receive().startswith(f"44{NOWHERE},")  # and no 43/chat,999 before it


def test_a_class_sends_to_everybody_and_the_function_to_the_sender(example: Mapping[str, Served]) -> None:
    with people(example["as_a_class"], "/chat", "/chat") as (ada, ben):
        assert (ada.heard(), ben.heard()) == ([("welcome", "this is /chat")], [("welcome", "this is /chat")])
        ada.ask("ask", "hi")
        assert (ada.heard(), ben.heard()) == ([("news", "hi")], [])
        ada.ask("tell", "hi")
        assert (ada.heard(), ben.heard()) == ([("news", "hi")], [("news", "hi")])


def test_a_python_client_joins_several_namespaces_over_one_connection(example: Mapping[str, Served]) -> None:
    with client_of(example["chat_and_game"], {}, "/chat", "/game") as sio:
        assert sio.get_sid("/chat") != sio.get_sid("/game")
        assert sio.eio.sid  # one Engine.IO connection under both
