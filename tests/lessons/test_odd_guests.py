"""Whatever one client sends to a solution, the others are answered as before."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.stage.serving import Served, Wire, serving

pytestmark = pytest.mark.programs

LESSONS = Path(__file__).parents[2] / "lessons"
QUESTION = re.compile(r'^@socketio\.on\("(?!connect|disconnect)(\w+)"\)\ndef \w+\(\):$', re.MULTILINE)
"""A handler without a parameter: it tells something that all clients share."""
PROGRAMS = [
    program
    for program in sorted(LESSONS.glob("*/exercises/*/solution/server.py"))
    if QUESTION.search(program.read_text())
]
ODD_AUTH: list[Any] = [None, 5, {"name": 5, "user": 5}, {"name": None, "user": None}, {"name": [], "user": {}}]
ODD_VALUES: list[list[Any]] = [[], [None], [5], [True], [""], [[]], [{}], ["a", 5], [None, None]]
ENTRY_SECONDS, ANSWER_SECONDS = 0.5, 5.0


def knocking(served: Served, auth: Any) -> Wire:
    bare = Wire(served.url)
    bare.receive()
    bare.send("40" + json.dumps(auth))
    bare.socket.settimeout(ENTRY_SECONDS)
    with suppress(websocket.WebSocketTimeoutException):  # who makes `connect` raise is told nothing, and stays out
        bare.receive()
    bare.socket.settimeout(ANSWER_SECONDS)
    return bare


def answered(asker: Wire, events: list[str]) -> set[str]:
    """Return which of the events are answered."""
    for number, event in enumerate(events):
        asker.send(f"42{number}{json.dumps([event])}")
    heard: set[str] = set()
    with suppress(websocket.WebSocketTimeoutException):
        while len(heard) < len(events) and (frame := asker.receive()):
            if answer := re.match(r"43(\d+)\[", frame):
                heard.add(events[int(answer[1])])
    return heard


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.parents[1].name)
def test_an_odd_guest_spoils_no_answer_for_the_others(program: Path) -> None:
    questions = QUESTION.findall(program.read_text())
    events = [name for name in re.findall(r'@socketio\.on\("(\w+)"', program.read_text()) if "connect" not in name]
    with serving(program) as served, ExitStack() as visits:
        ada = knocking(served, {"name": "Ada", "user": "Ada", "token": "violet-otter"})
        visits.callback(ada.close)
        assert answered(ada, questions) == set(questions)
        guests = [knocking(served, auth) for auth in ODD_AUTH]
        for guest in guests:
            visits.callback(guest.close)
            for event in events:
                for values in ODD_VALUES:
                    guest.send("42" + json.dumps([event, *values]))
        answered(ada, questions)  # by then the guests' handlers have run
        assert answered(ada, questions) == set(questions)
