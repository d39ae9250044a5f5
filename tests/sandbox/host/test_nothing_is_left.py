"""Sandboxes that begin, wait, say anything and end, by every cause in any order: nothing that they held is left.

The thousands have a fake process behind the border where one is forked; a seeded few are real ones.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from course.sandbox.confinement.probe import ProbeReport, ProbeRow
from course.sandbox.confinement.verdict import Verdict
from course.sandbox.host import runtime_host, supervisor
from course.sandbox.host import sandbox as sandbox_module
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.host.streams import Streams
from course.sandbox.host.supervisor import SandboxesUnavailable, Supervisor
from course.sandbox.limits import Limits
from course.sandbox.model import Program, Purpose
from tests.sandbox.gateway.stage import until
from tests.stage.cases import cases
from tests.stage.fake_forkserver import FakeChild, FakeLink
from tests.stage.host import PATIENCE, Host, Memory, Running, source_of

PLACES = 4
FILES = {"server.py": "1", "second.py": "2", "third.py": "3"}
ENTRIES = tuple(FILES)
LEARNERS = ("Ada", "Grace", "Edsger", "Barbara", "Alan")

WORDS = (
    b'{"ready": {}}\n',
    b'{"ended": {"code": "lockdown", "reason": "x"}}\n',
    b'{"ended": {"code": "restarting", "reason": "x"}}\n',
    b'{"ended": {"code": "killed_by_learner", "reason": "x"}}\n',
    b'{"ended": {"code": "memory", "reason": "x"}}\n',
    b'{"exception": {"type": "E", "message": "m", "line": 1}}\n',
    b'{"inside": {"reports": [{"kind": "rooms", "time": 1, "rooms": []}], "dropped": 1e999}}\n',
    b"\n" * 4000,
    b"[" * 3000 + b"\n",
    b"locked",
    b"\xff\xfe" * 9,
)


class Unreliable(Memory):
    """A watcher that raises at every second call."""

    def _add(self, piece: Any) -> None:
        super()._add(piece)
        if len(self.told) % 2:
            raise RuntimeError("a mistake of ours")


def held(host: Supervisor) -> dict[str, object]:
    """Return what is held on behalf of sandboxes."""
    return {
        "places": host.places_taken,
        "queue": len(host._slots.queue()),
        "jobs": sum(len(each._jobs) + len(each._held) for each in host._hosts.values()),
        "sockets": [path.name for path in host._directory.glob("w1-*")],
        "threads": [thread.name for thread in threading.enumerate() if _serves(host, thread)],
    }


def _serves(host: Supervisor, thread: threading.Thread) -> bool:
    """Return whether a thread works for a sandbox of this host: another one's, of another test, may be alive."""
    sandboxes = list(host._sandboxes.values())
    owner = getattr(getattr(thread, "_target", None), "__self__", None)
    return any(sandbox.id in thread.name or owner is sandbox.trace for sandbox in sandboxes)


NOTHING: dict[str, object] = {"places": 0, "queue": 0, "jobs": 0, "sockets": [], "threads": []}


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def be_quick(patches: pytest.MonkeyPatch) -> None:
    """A fake fork server, a machine that can confine, and no long waits for exits that nobody tells of."""
    fit = ProbeReport((ProbeRow("seccomp", "act", True, True, "refused"),))
    patches.setattr(runtime_host, "ForkServerLink", FakeLink)
    patches.setattr(runtime_host, "probe", lambda runtime: fit)
    patches.setattr(runtime_host, "RESTARTS_A_MINUTE", 1000)
    for module in (sandbox_module, supervisor):
        patches.setattr(module, "EXIT_SECONDS", 0.02)


class Sandboxes(RuleBasedStateMachine):
    """Everything that can happen to the sandboxes of one site. What happens is drawn without a look at their threads."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = pytest.MonkeyPatch()
        be_quick(self.patches)
        self.folder = tempfile.TemporaryDirectory()
        self.descriptors = descriptors()
        self.supervisor = Supervisor(Limits(), Path(self.folder.name, "s"), slots=PLACES)
        self.supervisor._uids = self.uids = deque(range(PLACES))
        self.supervisor.open()
        self.known: list[Sandbox] = []

    @property
    def link(self) -> FakeLink | None:
        return self.supervisor._hosts["threading", "core"]._link  # type: ignore[return-value]

    @property
    def children(self) -> list[FakeChild]:
        return self.link.children if self.link else []

    @rule(
        learner=st.sampled_from(LEARNERS),
        purpose=st.sampled_from(("run", "check")),
        processes=st.integers(1, 3),
        reliable=st.booleans(),
    )
    def start(self, learner: str, purpose: Purpose, processes: int, reliable: bool) -> None:
        program = Program(FILES, processes=ENTRIES[:processes])
        watcher = Memory() if reliable else Unreliable()
        try:
            self.known.append(self.supervisor.start(program, learner=learner, purpose=purpose, watcher=watcher))
        except SandboxesUnavailable:
            assert self.supervisor.unavailable_under("threading")

    @rule(which=st.integers(0, 99), cause=st.sampled_from(("stop", "kill", "limit", "warn", "use")))
    def end(self, which: int, cause: str) -> None:
        if not self.known:
            return
        sandbox = self.known[which % len(self.known)]
        causes: dict[str, Callable[[], object]] = {
            "stop": lambda: self.supervisor.stop(sandbox.id),
            "kill": sandbox.kill,
            "limit": lambda: sandbox.end("limited", "Stopped.", "wall"),
            "warn": sandbox.warn_idle,
            "use": sandbox.touch,
        }
        causes[cause]()

    @rule(which=st.integers(0, 99))
    def restart(self, which: int) -> None:
        if not self.known:
            return
        try:
            self.known.append(self.supervisor.restart(self.known[which % len(self.known)], Memory()))
        except SandboxesUnavailable:
            assert self.supervisor.unavailable_under("threading")

    @rule(
        which=st.integers(0, 99),
        act=st.sampled_from(("start", "lock", "fail", "say", "print", "close", "leave", "exit")),
        exit_code=st.sampled_from((0, 1, 70, -9, -24, -31, -11)),
        words=st.sampled_from(WORDS),
    )
    def child(self, which: int, act: str, exit_code: int, words: bytes) -> None:
        if not self.children:
            return
        child = self.children[which % len(self.children)]
        acts: dict[str, Callable[[], object]] = {
            "start": child.start,
            "lock": lambda: child.judge(Verdict()),
            "fail": lambda: child.judge(Verdict("landlock", "no memory")),
            "say": lambda: child.say(words),
            "print": lambda: child.write(child.stdout, b"hello\n" * 200),
            "close": child.control.close,
            "leave": lambda: child.leave(exit_code),
            "exit": child.exit_told,
        }
        acts[act]()

    @rule()
    def all_come_up(self) -> None:
        for child in list(self.children):
            child.start()
            child.judge(Verdict())
            child.say(WORDS[0])

    @rule(late=st.booleans(), fails=st.booleans())
    def next_time(self, late: bool, fails: bool) -> None:
        if self.link:
            self.link.tells_exits_at_once, self.link.fails_next = not late, fails

    @rule(error=st.sampled_from((OSError(24, "Too many open files"), RuntimeError("can't start new thread"))))
    def no_room_for_the_next(self, error: Exception) -> None:
        refused = []

        def refuse(processes: int) -> Streams:
            if refused:
                return Streams(processes)
            refused.append(processes)
            raise error

        self.patches.setattr(sandbox_module, "Streams", refuse)

    @rule()
    def the_fork_server_dies(self) -> None:
        if self.link:
            self.link.die()

    @rule()
    def close(self) -> None:
        if len(self.known) > 8:
            self.supervisor.close()

    def all_given_back(self) -> bool:
        """Let the site hear of the processes that it has not been told of, as a fork server would; is that all?"""
        for child in list(self.children):
            child.start()
            child.leave(0)
            child.exit_told()
        return held(self.supervisor) == NOTHING

    def teardown(self) -> None:
        try:
            for sandbox in self.supervisor.all():
                sandbox.end("stopped", "That is all.", "stopped")
            try:
                until(self.all_given_back, PATIENCE)
            except AssertionError:
                raise AssertionError(held(self.supervisor)) from None
            assert sorted(self.uids) == list(range(PLACES))
            for sandbox in self.known:
                assert sandbox.ended and sandbox.wait_ended(0)
            self.supervisor.close()
            until(
                lambda: descriptors() <= self.descriptors, PATIENCE
            )  # what a test before left to the collector may go
        finally:
            self.supervisor.close()
            self.patches.undo()
            self.folder.cleanup()


TestSandboxes = Sandboxes.TestCase
TestSandboxes.settings = settings(max_examples=cases(60), stateful_step_count=30, deadline=None)


# Real processes

REAL = ("adds", "no_run_call", "exits", "syntax_error", "raises_at_import", "misbehaves_on_request")


class RealSandboxes:
    """The same with a real fork server, in an order that a seed gives."""

    def __init__(self, host: Host, seed: int) -> None:
        self.host, self.dice = host, random.Random(seed)
        self.started: list[Running] = []
        self.acts: tuple[Callable[[Running], object], ...] = (
            lambda running: running.sandbox.wait_ready(PATIENCE),
            lambda running: self.host.supervisor.stop(running.id),
            lambda running: running.sandbox.kill(),
            lambda running: running.sandbox.end("limited", "Stopped.", "wall"),
            lambda running: self.die(running),
            lambda running: self.started.append(
                Running(self.host.supervisor.restart(running.sandbox, running.memory), running.memory)
            ),
        )

    def start(self) -> None:
        source = source_of(self.dice.choice(REAL))
        processes = ("server.py", "second.py")[: self.dice.choice((1, 1, 2))]
        program = Program({"server.py": source, "second.py": source}, processes=processes)
        learner, memory = self.dice.choice(LEARNERS), Unreliable()
        sandbox = self.host.supervisor.start(program, learner=learner, purpose="run", watcher=memory)
        self.started.append(Running(sandbox, memory))

    def die(self, running: Running) -> None:
        """Kill one of its processes from outside, if it is there yet."""
        for pid in running.sandbox.pids[-1:]:
            with contextlib.suppress(ProcessLookupError):
                if not running.sandbox.ended:
                    os.kill(pid, signal.SIGKILL)

    def run(self, steps: int) -> None:
        for _ in range(steps):
            if not self.started or self.dice.random() < 0.4:
                self.start()
            else:
                self.dice.choice(self.acts)(self.dice.choice(self.started))

    def kill_the_fork_server(self) -> None:
        dead = self.host.supervisor.forkserver_pid_under("threading")
        os.kill(dead or 0, signal.SIGKILL)
        until(lambda: self.host.supervisor.forkserver_pid_under("threading") not in (None, dead), PATIENCE)


@pytest.mark.programs
@pytest.mark.parametrize("seed", range(cases(2)))
def test_of_real_processes_nothing_is_left_either(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    with Host(tmp_path_factory.mktemp("real"), slots=PLACES) as host:
        uids = sorted(host.supervisor._uids or ())
        descriptors_before = descriptors()
        everything = RealSandboxes(host, seed)
        everything.run(12)
        everything.kill_the_fork_server()
        everything.run(12)
        host.stop_all()
        try:
            until(lambda: held(host.supervisor) == NOTHING, PATIENCE)
        except AssertionError:
            raise AssertionError(held(host.supervisor)) from None
        forkserver = psutil.Process(host.supervisor.forkserver_pid_under("threading"))
        until(lambda: not forkserver.children(), PATIENCE)
        assert sorted(host.supervisor._uids or ()) == uids
        until(lambda: descriptors() == descriptors_before, PATIENCE)
        assert all(running.sandbox.ended for running in everything.started)
        assert host.start("adds").ready().get() == (200, "hello")
