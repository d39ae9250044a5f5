"""Faults on a running program's connections, through the lesson's namespace: who may set them, and what comes of it."""

import json
import re
from html import unescape
from typing import Any

import pytest

from tests.live.disturbed import Disturbed
from tests.sandbox.gateway.stage import until
from tests.stage.page import LESSON, Page
from tests.stage.running_site import RunningSite

# A python-socketio client whose connection is cut under it lets go of the socket without closing it.
pytestmark = [
    pytest.mark.programs,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PRESENT = """
from flask import Flask, request
from flask_socketio import SocketIO
app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", ping_interval=1, ping_timeout=1)
count = 0

@socketio.on("connect")
def connect():
    print("came", flush=True)

@socketio.on("disconnect")
def disconnect(reason):
    print("left:", reason, flush=True)

@socketio.on("count")
def add():
    global count
    count += 1
    return count

socketio.run(app)
"""


@pytest.fixture
def running(site: RunningSite) -> Any:
    with Page(site.url) as page:
        with Disturbed(page, PRESENT) as running:
            running.await_output("came")
            yield running


HOSTILE = [
    {},
    {"client": "A"},
    {"client": "A", "kind": "sudo"},
    {"client": "A", "kind": ["delay"], "amount": 5},
    {"client": "A", "kind": "delay", "amount": "5"},
    {"client": "A", "kind": "delay", "amount": 1e9},
    {"client": "A", "kind": "delay", "amount": 10**9},
    {"client": "A", "kind": "freeze", "amount": True},
    {"client": {"$": 1}, "kind": "freeze", "amount": 1},
    {"client": "A/../B", "kind": "freeze", "amount": 1},
    {"client": "A", "kind": "drop", "direction": "up"},
    {"client": "A", "kind": "drop", "direction": 3},
    {"client": "A", "kind": "offline", "amount": -1},
]


def test_a_hostile_fault_is_refused_with_a_sentence(running: Disturbed) -> None:
    for payload in HOSTILE:
        answer = running.page.ask("fault", payload)
        assert answer["ok"] is False, payload
        assert answer["error"]["code"] == "bad_payload" and answer["error"]["message"]
    assert running.page.ask("fault", {"kind": "well"}) == {"ok": True, "faults": {}}


def test_without_a_program_there_is_nothing_to_disturb(site: RunningSite) -> None:
    with Page(site.url) as page:
        for payload in [{"client": "A", "kind": "freeze", "amount": 1}, {"kind": "kill"}, {"kind": "restart"}]:
            assert page.ask("fault", payload)["error"]["code"] == "not_running"


def test_nobody_elses_program_can_be_disturbed(site: RunningSite, running: Disturbed) -> None:
    hostile = {"id": running.sandbox["id"], "sandbox": running.sandbox["id"], "url": running.sandbox["url"]}
    with Page(site.url) as stranger:
        for kind in ("freeze", "kill", "restart", "offline"):
            asked = {**hostile, "client": "A", "kind": kind, "amount": 1}
            assert stranger.ask("fault", asked)["error"]["code"] == "not_running"
        # With a program of their own it is theirs that is disturbed.
        stranger.ask("run", {"exercise": "add-with-ack", "files": {"server.py": PRESENT}})
        stranger.await_event("sandbox_state", state="ready")
        assert stranger.ask("fault", {**hostile, "client": "A", "kind": "freeze", "amount": 1})["ok"]
        assert stranger.ask("fault", {**hostile, "kind": "kill"})["ok"]
    assert running.clients["A"].call("count", timeout=5) == 1
    assert running.page.ask("fault", {"kind": "well"}) == {"ok": True, "faults": {}}


def test_all_pages_of_the_learner_hear_what_is_in_force_and_a_reloaded_one_knows(running: Disturbed) -> None:
    told = {"delay": 100, "drop": "", "frozen": False, "polling": False, "offline": 0.0}
    assert running.fault("delay", amount=100)["faults"] == {"A": told}
    assert running.page.await_event("sandbox_faults") == {"id": running.sandbox["id"], "faults": {"A": told}}
    reloaded = running.page.browser.get(f"{running.page.url}{LESSON}/").text
    found = re.search(r'id="page-data"[^>]*>(.*?)</script>', reloaded, re.S)
    assert found and json.loads(unescape(found[1]))["sandbox"]["faults"] == {"A": told}
    assert running.fault("well")["faults"] == {}


def test_a_frozen_client_is_found_out_by_its_silence(running: Disturbed) -> None:
    running.fault("freeze", amount=1)
    running.await_output("left: ping timeout")
    running.fault("freeze", amount=0)
    running.await_output("came")
    until(lambda: running.ups["A"] == 2)


def test_a_lost_network_is_found_out_by_silence_and_a_cut_connection_at_once(running: Disturbed) -> None:
    running.fault("offline", amount=1)
    running.await_mark("online")
    running.await_output("left: ping timeout")
    until(lambda: running.ups["A"] == 2 and running.clients["A"].connected)
    running.fault("drop", direction="sent")
    running.clients["A"].emit("count")
    running.await_mark("lost", '2["count"]')
    running.await_output("left: transport")
    until(lambda: running.ups["A"] == 3 and running.clients["A"].connected)
    assert running.clients["A"].call("count", timeout=5) == 1, "the lost event never reached the handler"


def test_a_killed_server_comes_back_at_its_address_with_nothing_in_its_memory(running: Disturbed) -> None:
    assert running.clients["A"].call("count", timeout=5) == 1
    assert running.clients["A"].call("count", timeout=5) == 2
    running.fault("delay", amount=50)
    running.fault("kill")
    state = running.page.await_event("sandbox_state", state="crashed")
    assert (state["code"], state["starts"]) == ("killed_by_learner", 1)
    assert "Restart" in state["reason"]
    assert running.fault("freeze", amount=1)["error"]["code"] == "not_running"
    assert running.fault("restart")["ok"]
    again = running.page.await_event("sandbox_state", state="ready")
    assert (again["id"], again["starts"]) == (running.sandbox["id"], 2)
    until(lambda: running.ups["A"] == 2 and running.clients["A"].connected, 20)
    assert running.clients["A"].call("count", timeout=5) == 1
    assert running.fault("well") == {"ok": True, "faults": {}}
    feed = running.page.browser.get(f"{running.page.url}{LESSON}/").text
    found = re.search(r'id="page-data"[^>]*>(.*?)</script>', feed, re.S)
    assert found
    kinds = [mark["kind"] for mark in json.loads(unescape(found[1]))["sandbox"]["marks"]]
    assert kinds.index("killed") < kinds.index("restarted")
    assert kinds.count("opened") == 2


def test_a_running_server_is_restarted_in_place_and_a_stopped_one_is_not(running: Disturbed) -> None:
    assert running.clients["A"].call("count", timeout=5) == 1
    assert running.fault("restart")["ok"]
    assert running.page.await_event("sandbox_state")["state"] == "starting", "nobody hears of an end between"
    running.page.await_event("sandbox_state", state="ready", starts=2)
    until(lambda: running.ups["A"] == 2 and running.clients["A"].connected, 20)
    assert running.clients["A"].call("count", timeout=5) == 1
    running.page.ask("stop", {})
    assert running.fault("restart")["error"]["code"] == "not_running"
