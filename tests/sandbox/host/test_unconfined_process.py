"""A process that could not be confined: it says so before there is any code of a learner's, and only the site decides."""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.sandbox.confinement import verdict
from course.sandbox.confinement.probe import ProbeReport, ProbeRow
from course.sandbox.confinement.verdict import DIED, SELF_TEST, Verdict
from course.sandbox.host import runtime_host
from course.sandbox.host.supervisor import Supervisor
from course.sandbox.limits import Limits
from course.sandbox.model import Program
from tests.sandbox.gateway.stage import until
from tests.sandbox.host.test_nothing_is_left import be_quick
from tests.stage.fake_forkserver import FakeChild, FakeLink
from tests.stage.host import PATIENCE, Host, Memory

PROGRAM = Program({"server.py": "1"})


@pytest.mark.programs
def test_a_real_process_that_is_not_confined_ends_before_the_learners_code(tmp_path: Path) -> None:
    with Host(tmp_path) as host:
        # Root must be told a user to become; nobody else can become one.
        wrong = None if os.geteuid() == 0 else deque([60_000])
        right, host.supervisor._uids = host.supervisor._uids, wrong
        running = host.run("print('it ran', flush=True)")
        change = running.end()
        assert (change.state, change.code) == ("crashed", "not_started")
        assert running.memory.text() == ""
        host.supervisor._uids = right
        assert host.supervisor.unavailable_under("threading") is None, "the machine itself can confine"
        assert host.start("adds").ready().get() == (200, "hello")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    be_quick(monkeypatch)
    site = Supervisor(Limits(), tmp_path / "s", slots=3)
    site.open()
    yield site
    site.close()


def start(site: Supervisor) -> tuple[FakeChild, Memory]:
    memory = Memory()
    site.start(PROGRAM, learner=str(len(site._sandboxes)), purpose="run", watcher=memory)
    link = site._hosts["threading", "core"]._link
    assert isinstance(link, FakeLink)
    child = link.children[-1]
    child.start()
    return child, memory


def test_a_forbidden_act_that_was_possible_turns_its_runtime_off(site: Supervisor) -> None:
    child, memory = start(site)
    child.judge(Verdict(SELF_TEST, "it could <b>read a file</b>"))
    memory.wait(lambda memory: memory.states[-1] == "crashed")
    reason = until(lambda: site.unavailable_under("threading"), PATIENCE)
    assert "can no longer confine" in reason and "<b>" not in reason


@pytest.mark.parametrize(("fit", "off"), [(True, False), (False, True)])
def test_a_step_that_failed_has_the_machine_tried_again(
    site: Supervisor, monkeypatch: pytest.MonkeyPatch, fit: bool, off: bool
) -> None:
    tried: list[str] = []

    def probe(runtime: str) -> ProbeReport:
        tried.append(runtime)
        return ProbeReport((ProbeRow("landlock", "read a file", True, fit, "seen"),))

    monkeypatch.setattr(runtime_host, "probe", probe)
    for _ in range(3):
        if site.unavailable is None:
            child, memory = start(site)
            child.judge(Verdict("landlock", "Cannot allocate memory"))
            memory.wait(lambda memory: memory.changes[-1].code == "not_started")
            until(lambda: tried, PATIENCE)
    assert tried == ["threading"], "once a minute at most"
    assert (until(lambda: site.unavailable_under("threading"), PATIENCE) is not None) if off else not site.unavailable


def test_a_process_that_dies_first_has_not_started(site: Supervisor) -> None:
    child, memory = start(site)
    child.leave(-9)
    memory.wait(lambda memory: memory.changes[-1].code == "not_started")
    assert "not your fault" in memory.changes[-1].reason


def test_nothing_that_a_process_says_is_heard_before_its_verdict(site: Supervisor) -> None:
    child, memory = start(site)
    child.say(b'{"ready": {}}\n')
    child.judge(Verdict("seccomp", "refused"))
    memory.wait(lambda memory: memory.states[-1] == "crashed")
    assert "ready" not in memory.states


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        (b"locked", Verdict()),
        (b"", DIED),
        (b"lock", Verdict("lock")),
        (b"locked: a layer", Verdict("locked", "a layer")),
        (b"landlock: no", Verdict("landlock", "no")),
        (b"lockedlocked", Verdict("lockedlocked")),
        (b"\xff: x", Verdict("\ufffd", "x")),
    ],
)
def test_only_the_one_word_means_confined(words: bytes, heard: Verdict) -> None:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            theirs.sendall(words)
        assert verdict.hear(ours) == heard
    assert heard.locked == (words == b"locked")
