"""One step of a sandbox's life raises: the sandbox still comes to its end, and nothing that it held is left."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from course.sandbox.confinement.verdict import Verdict
from course.sandbox.faults import Faults
from course.sandbox.host import forkserver_link
from course.sandbox.host.child_process import ChildProcess
from course.sandbox.host.inside_reports import Inside
from course.sandbox.host.output import OutputMeter
from course.sandbox.host.reading import Reading
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.host.sandbox_spec import SandboxSpec
from course.sandbox.host.slots import Slots
from course.sandbox.host.streams import Streams
from course.sandbox.host.supervisor import Supervisor
from course.sandbox.host.telemetry import Telemetry
from course.sandbox.limits import Limits
from course.sandbox.model import ENDED, Program
from course.sandbox.trace import Trace
from tests.sandbox.gateway.stage import until
from tests.sandbox.host.test_nothing_is_left import NOTHING, be_quick, descriptors, held
from tests.stage.fake_forkserver import FakeChild
from tests.stage.host import Memory

PATIENCE = 6
PROGRAM = Program({"server.py": "1"})

STEPS: dict[str, tuple[type, str]] = {
    "a process is killed": (ChildProcess, "kill"),
    "the trace is closed": (Trace, "close"),
    "the faults are closed": (Faults, "close"),
    "the telemetry is closed": (Telemetry, "close"),
    "a state is told": (Telemetry, "state_changed"),
    "the run is ready": (Telemetry, "ready"),
    "output is metered": (OutputMeter, "take"),
    "the inside is heard": (Inside, "hear"),
    "an exception is told": (Telemetry, "exception"),
    "the reading begins": (Reading, "__init__"),
    "the verdict is heard": (Streams, "verdict"),
    "the reading is stopped": (Streams, "stop"),
    "the sockets are removed": (SandboxSpec, "remove_sockets"),
    "an end is put into words": (Sandbox, "_read_to_the_end"),
    "the place is given back": (Slots, "give_back"),
    "the next in the queue is told their place": (Sandbox, "queue"),
}
"""Calls out of a sandbox's life, in words, and where each goes. Those of its watcher are in `test_failing_watcher`."""
KEEPS = {
    "the sockets are removed": {"sockets"},
    "the place is given back": {"places"},
}
"""What only the broken step itself could have given back."""


class Interrupted(BaseException):
    """What a greenlet is thrown when it is killed, or out of time."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    be_quick(monkeypatch)
    monkeypatch.setattr(threading, "excepthook", lambda args: None)
    site = Supervisor(Limits(), tmp_path / "s", slots=1)
    site._uids = deque([1, 2])
    site.open()
    yield site
    monkeypatch.undo()
    be_quick(monkeypatch)
    site.close()


def children_of(site: Supervisor) -> list[FakeChild]:
    link = site._hosts["threading", "core"]._link
    return list(link.children) if link else []  # type: ignore[attr-defined]


def live(site: Supervisor) -> Sandbox:
    """Start a program that does everything once."""
    sandbox = site.start(PROGRAM, learner="Ada", purpose="run", watcher=Memory())
    for child in children_of(site):
        child.start()
        child.judge(Verdict())
        child.write(child.stdout, b"hello\n")
        child.say(b'{"ready": {}}\n{"exception": {"type": "E", "message": "m"}}\n{"inside": {"reports": []}}\n')
    return sandbox


def the_child_leaves(site: Supervisor, sandbox: Sandbox) -> None:
    for child in children_of(site):
        child.leave(0)


CAUSES: dict[str, Callable[[Supervisor, Sandbox], object]] = {
    "its process leaves": the_child_leaves,
    "it is stopped": lambda site, sandbox: site.stop(sandbox.id),
}


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("kind", [RuntimeError, Interrupted])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_raises_keeps_no_sandbox_from_its_end(
    site: Supervisor, monkeypatch: pytest.MonkeyPatch, step: str, kind: type[BaseException], cause: str
) -> None:
    owner, name = STEPS[step]
    broken: list[str] = []

    def raise_once(*_: object, **__: object) -> None:
        monkeypatch.setattr(owner, name, real)
        broken.append(step)
        raise kind("a mistake of ours")

    real = getattr(owner, name)
    waiting: Sandbox | None = None
    try:
        monkeypatch.setattr(owner, name, raise_once)
        sandbox = live(site)
        waiting = site.start(PROGRAM, learner="Grace", purpose="run", watcher=Memory())
        CAUSES[cause](site, sandbox)
    except (RuntimeError, Interrupted):
        sandbox = next(iter(site._sandboxes.values()))
    for end in (lambda: site.stop(sandbox.id), lambda: the_child_leaves(site, sandbox)):
        try:
            end()
        except Interrupted:
            continue
    assert sandbox.wait_ended(PATIENCE).state in ENDED
    monkeypatch.setattr(owner, name, real)
    keeps = KEEPS.get(step, set()) if broken else set()
    if waiting is not None and "places" not in keeps:
        until(lambda: waiting.state.state != "queued", PATIENCE)
    for other in site.all():
        site.stop(other.id)

    def given_back() -> bool:
        for child in children_of(site):
            child.start()
            child.leave(0)
            child.exit_told()
        return {**held(site), **dict.fromkeys(keeps)} == {**NOTHING, **dict.fromkeys(keeps)}

    until(given_back, PATIENCE)


def test_a_descriptor_is_never_closed_while_it_is_passed_on(site: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox ends while its processes are asked for: the ends of the later ones still mean what they did."""
    program = Program({"server.py": "1", "second.py": "2"}, processes=("server.py", "second.py"))
    link = site._hosts["threading", "core"]._link
    assert link is not None
    fork, asked = link.fork, list[list[bool]]()

    def fork_and_end(request: dict[str, object], descriptors: list[int]) -> None:
        fork(request, descriptors)
        site.all()[0].end("stopped", "", "stopped") if site.all() else None
        until(lambda: not any(t.name.startswith("sandbox w1") for t in threading.enumerate()), PATIENCE)
        asked.append([os.path.exists(f"/proc/self/fd/{each}") for each in descriptors])

    monkeypatch.setattr(link, "fork", fork_and_end)
    sandbox = site.start(program, learner="Ada", purpose="run", watcher=Memory())
    assert sandbox.wait_ended(PATIENCE).state == "stopped"
    assert all(all(each) for each in asked) and len(asked) == 2


def test_a_fork_server_that_can_not_be_started_keeps_no_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    before = descriptors()
    monkeypatch.setattr(forkserver_link.subprocess, "Popen", refuse)
    with pytest.raises(OSError, match="no more processes"):
        forkserver_link.ForkServerLink(cast(Any, None), "threading")
    assert descriptors() == before
