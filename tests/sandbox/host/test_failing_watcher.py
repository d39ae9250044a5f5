"""A watcher that raises, whatever it is told: its sandbox goes on, ends, and gives back everything that it held."""

import inspect
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from course.sandbox.client_faults import Fault
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.model import Program, Watcher
from tests.stage.host import PATIENCE, Host, Memory, Running

CALLS = [name for name, _ in inspect.getmembers(Watcher, inspect.isfunction) if not name.startswith("_")]

PROGRAM = """\
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)

@socketio.on("connect")
def connect():
    print("a client", flush=True)

@socketio.on("fail")
def fail():
    raise ValueError("this handler failed")

socketio.run(app, port=5000)
"""


class Failing(Memory):
    """Remembers everything that it is told, and then raises at one kind of news."""

    def __init__(self, fails_at: str) -> None:
        super().__init__()
        self.fails_at, self.heard = fails_at, list[str]()
        for name in CALLS:
            setattr(self, name, self._hearing(name))

    def _hearing(self, name: str) -> Any:
        remember = getattr(self, name)

        def hear(*told: Any) -> None:
            remember(*told)
            with self._news:
                self.heard.append(name)
                self._news.notify_all()
            if name == self.fails_at:
                raise RuntimeError(f"a mistake of ours in {name}")

        return hear


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Host]:
    """A host with one place."""
    with Host(tmp_path, slots=1) as host:
        yield host


def start(host: Host, watcher: Memory, learner: str) -> Sandbox:
    return host.supervisor.start(Program({"server.py": PROGRAM}), learner=learner, purpose="run", watcher=watcher)


def free_uids(host: Host) -> int | None:
    uids = host.supervisor._uids
    return None if uids is None else len(uids)


def test_there_are_seven_calls() -> None:
    assert len(CALLS) == 7


ENDS: dict[str, Callable[[Sandbox], None]] = {
    "the learner kills it": Sandbox.kill,
    "its process dies": lambda sandbox: os.kill(sandbox.pid or 0, signal.SIGKILL),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", CALLS)
def test_a_watcher_that_raises_keeps_no_sandbox_from_its_end(small: Host, name: str, end: str) -> None:
    uids_before, watcher = free_uids(small), Failing(name)
    sandbox = start(small, watcher, "Ada")
    waiting = start(small, Memory(), "Grace")
    assert sandbox.wait_ready(PATIENCE).state == "ready"

    provoke_every_call(sandbox, watcher)
    assert set(watcher.heard) == set(CALLS)
    assert the_trace_goes_on(sandbox, watcher)

    ENDS[end](sandbox)
    assert sandbox.wait_ended(PATIENCE).state == "crashed"
    assert not sandbox.socket_path.exists()
    assert waiting.wait_ready(PATIENCE).state == "ready", "its slot was given back"
    small.supervisor.stop(waiting.id)
    assert free_uids(small) == uids_before


def provoke_every_call(sandbox: Sandbox, watcher: Failing) -> None:
    """Do to a running program what is told in each of the seven calls."""
    sandbox.trace.add("A", "sent", "40", "websocket")
    sandbox.trace.mark("A", "opened", "A WebSocket is open.")
    with Running(sandbox, watcher).client() as client:
        client.accepted().emit("fail")
        watcher.wait(lambda _: {"exception", "inside", "output"} <= set(watcher.heard))
    sandbox.faults.set(Fault("A", "freeze", 1))
    watcher.wait(lambda _: {"traced", "marked", "faults_changed"} <= set(watcher.heard))


def the_trace_goes_on(sandbox: Sandbox, watcher: Failing) -> bool:
    """Whether a later frame is still told, by the trace's own thread."""
    told = watcher.heard.count("traced")
    sandbox.trace.add("A", "sent", "41", "websocket")
    watcher.wait(lambda _: watcher.heard.count("traced") > told)
    return any(row.frame == "41" for row in sandbox.trace.rows)
