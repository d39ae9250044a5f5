"""The three broken servers show their symptoms, and the repaired ones don't."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.stage.people import Person, people
from tests.stage.serving import PATIENCE, Served, serving

pytestmark = pytest.mark.programs

LESSONS = Path(__file__).parents[3]
NO_CLEAN_UP = LESSONS / "05-connections/exercises/no-clean-up"
EVERYBODY = LESSONS / "06-rooms-and-namespaces/exercises/everybody-hears-it"

SMALL = """
import time
from flask import Flask, request
from flask_socketio import SocketIO, emit
app = Flask(__name__)
socketio = SocketIO(app, async_mode={mode!r}, ping_interval=0.5, ping_timeout=0.5)
users, done = set(), []
@socketio.on("join")
def join(name): users.add(name)
@socketio.on("bye")
def bye(name): users.discard(name)
@socketio.on("users")
def everybody(): return sorted(users)
@socketio.on("disconnect")
def gone(reason): print("GONE", request.sid, reason)
@socketio.on("answer_me")
def answer_me(): emit("answer")
@socketio.on("ping")
def ping(): return len(done)
@socketio.on("wait")
def wait(how, seconds):
    print("at work:", how)
    (socketio.sleep if how == "shared" else time.sleep)(seconds)
    done.append(how)
@socketio.on("compute")
def compute(seconds):
    print("at work: computing")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    done.append("computing")
socketio.run(app)
"""


@pytest.fixture(scope="module", params=["threading", "gevent"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Served]]:
    with serving(SMALL.format(mode=request.param), tmp_path_factory.mktemp(request.param), cold=True) as served:
        yield request.param, served


@pytest.fixture(scope="module")
def program() -> Iterator[Callable[[Path], Served]]:
    """Serve the program in a folder, from the first time it is asked for to the end of the module."""
    with ExitStack() as stack:
        yield cache(lambda folder: stack.enter_context(serving(folder / "server.py")))


@contextmanager
def at_the_pad(served: Served, row: int) -> Iterator[tuple[Person, Person]]:
    """Ada, who has joined and holds a row, and Ben, who has joined too; other tests have other rows and names."""
    with people(served, "/", "/") as (ada, ben):
        ada.ask("join", f"Ada {row}")
        ben.ask("join", f"Ben {row}")
        assert ada.ask("lock", row) is True
        yield ada, ben


# Nobody ever leaves


def test_without_a_broom_the_leaver_stays(program: Callable[[Path], Served]) -> None:
    with at_the_pad(program(NO_CLEAN_UP / "starter"), 1) as (ada, ben):
        ada.wire.close()
        assert {"Ada 1", "Ben 1"} <= set(ben.ask("state")["users"])
    with at_the_pad(program(NO_CLEAN_UP / "solution"), 1) as (ada, ben):
        ada.wire.close()
        while ben.waits_for("offline") != ("offline", "Ada 1"):
            pass
        assert "Ada 1" not in ben.ask("state")["users"]


def test_the_lock_outlives_its_owner(program: Callable[[Path], Served]) -> None:
    with at_the_pad(program(NO_CLEAN_UP / "starter"), 2) as (ada, ben):
        ada.wire.close()
        assert ben.ask("lock", 2) is False
    with at_the_pad(program(NO_CLEAN_UP / "solution"), 2) as (ada, ben):
        ada.wire.close()
        while ben.waits_for("offline") != ("offline", "Ada 2"):
            pass
        assert ben.ask("lock", 2) is True


def test_sweeping_with_the_first_tab_is_too_early(program: Callable[[Path], Served]) -> None:
    served = program(NO_CLEAN_UP / "wrong/offline-with-the-first-tab")
    with people(served, "/", "/", "/") as (first, second, ben):
        for tab in (first, second):
            tab.ask("join", "Ada")
        first.wire.close()
        assert ben.waits_for("offline") == ("offline", "Ada")
        assert second.ask("state")["users"] == ["Ada"]


def test_a_goodbye_of_your_own_is_not_always_said(small: tuple[str, Served]) -> None:
    _, served = small
    with people(served, "/", "/", "/") as (polite, killed, watcher):
        polite.ask("join", "polite")
        killed.ask("join", "killed")
        polite.ask("bye", "polite")
        killed.wire.socket.shutdown()  # no close frame, no goodbye
        served.wait_for_line(f"GONE {killed.sid}")
        assert watcher.ask("users") == ["killed"]
        watcher.ask("bye", "killed")


# Nobody else moves


@pytest.mark.parametrize("work", [("wait", "shared", 0.4), ("wait", "alone", 0.4), ("compute", 0.4)], ids=str)
def test_who_waits_for_whom(small: tuple[str, Served], work: tuple[str, ...]) -> None:
    mode, served = small
    with people(served, "/", "/") as (worker, bystander):
        before = bystander.ask("ping")
        seen = len(served.lines)
        worker.wire.send("42" + json.dumps(work))
        with served.changed:
            assert served.changed.wait_for(lambda: any("at work" in line for line in served.lines[seen:]), PATIENCE)
        everybody_waits = mode == "gevent" and work[:2] != ("wait", "shared")
        assert (bystander.ask("ping") > before) is everybody_waits
        worker.ask("users")
        while bystander.ask("ping") == before:
            pass


def test_who_computes_for_too_long_loses_everybody(small: tuple[str, Served]) -> None:
    mode, served = small
    with people(served, "/", "/") as (worker, bystander):
        before = bystander.ask("ping")
        worker.wire.send('42["compute",2.5]')
        if mode == "gevent":
            assert "timeout" in served.wait_for_line(f"GONE {bystander.sid}")
        else:
            while bystander.ask("ping") == before:
                pass
            assert not served.printed(f"GONE {bystander.sid}")


# Everybody hears it


@pytest.mark.parametrize(("variant", "leaks"), [("starter", True), ("solution", False)])
def test_a_reply_without_an_address_reaches_strangers(
    program: Callable[[Path], Served], variant: str, leaks: bool
) -> None:
    with people(program(EVERYBODY / variant), "/", "/") as (ada, ben):
        ada.ask("open", 7)
        ben.ask("open", 8)
        ada.ask("reply", {"ticket": 7, "text": "for seven"})
        assert ada.heard() == [("replied", "for seven")]
        assert bool(ben.heard()) is leaks


@pytest.mark.parametrize("variant", ["starter", "solution"])
def test_two_at_one_ticket_see_no_difference(program: Callable[[Path], Served], variant: str) -> None:
    with people(program(EVERYBODY / variant), "/", "/") as (ada, ben):
        for person in (ada, ben):
            person.ask("open", 7)
        ada.ask("reply", {"ticket": 7, "text": "for seven"})
        assert ada.heard() == ben.heard() == [("replied", "for seven")]


def test_an_empty_address_does_too(program: Callable[[Path], Served]) -> None:
    with people(program(EVERYBODY / "wrong/empty-ticket-to-all"), "/", "/") as (ada, ben):
        ada.ask("open", 7)
        ada.ask("reply", {"text": "for whom?"})
        assert ben.heard() == [("replied", "for whom?")]


def test_a_bare_emit_reaches_the_sender_alone(small: tuple[str, Served]) -> None:
    _, served = small
    with people(served, "/", "/") as (ada, ben):
        ada.ask("answer_me")
        assert (ada.heard(), ben.heard()) == ([("answer",)], [])


def test_a_room_that_nobody_joined_hears_nothing(program: Callable[[Path], Served]) -> None:
    served = program(EVERYBODY / "wrong/nobody-has-joined")
    with people(served, "/", "/") as (ada, ben):
        for person in (ada, ben):
            person.ask("open", 7)
        assert ada.ask("reply", {"ticket": 7, "text": "hello?"}) == {"sent": True}
        assert (ada.heard(), ben.heard()) == ([], [])
        assert not served.printed("Traceback")
