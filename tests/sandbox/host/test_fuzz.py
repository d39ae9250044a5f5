"""Any bytes that a child may write, on its control socket and as output: its sandbox ends, and nothing is left or logged.

What a child of ours says, mutated; behind the border stands a fake process. A case is made from its number alone.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from random import Random

import pytest

from course.sandbox.host.supervisor import Supervisor
from course.sandbox.limits import Limits
from course.sandbox.model import ENDED, LearnerException, Output, Program, StateChange
from tests.sandbox.gateway.stage import until
from tests.sandbox.host.test_control_messages import MESSAGES
from tests.sandbox.host.test_nothing_is_left import NOTHING, be_quick, held
from tests.stage.cases import cases
from tests.stage.fake_forkserver import FakeChild, FakeLink
from tests.stage.footprint import does_not_grow
from tests.stage.host import PATIENCE, Memory
from tests.stage.mutations import cuts, mutated, noise

pytestmark = pytest.mark.fuzz

MEMORY_MB = 20
AT_ONCE = 20
INSIDE = [
    {"kind": "rooms", "time": 1.5, "rooms": [["/", "lobby", ["abc"]]]},
    {"kind": "handler", "time": 2, "event": "add", "sid": "abc", "thread": "Thread-1", "state": "begins"},
]
SAID = [
    *(json.dumps({kind: fields}).encode() + b"\n" for kind, fields in MESSAGES.items()),
    json.dumps({"inside": {"reports": INSIDE, "dropped": 3}}).encode() + b"\n",
    b'{"ended": {"code": "lockdown", "reason": "x"}}\n',
    b'{"ready": {}}\n' * 120,
    b"\n" * 3000,
    b"[" * 3000 + b"\n",
    b'{"exception": {"type": "' + b"x" * 9000 + b'"}}\n',
]
PRINTED = [
    b" * Serving Flask app 'server'\nPress CTRL+C to quit\n",
    "é☃ \U0001f600 \x1b[31mred\x1b[0m\r\n".encode(),
    b"Traceback (most recent call last):\n" * 40,
    b"\xf0\x9f\x98",
    b"x" * 30_000,
]
EXITS = (0, 1, 3, 70, 255, -9, -11, -24, -31)


def assert_small(told: list[StateChange | Output | LearnerException]) -> None:
    """Whatever was told to pages has its type, and a size."""
    for each in told:
        match each:
            case StateChange():
                assert len(each.reason) <= 600
                assert len(json.dumps(each.error)) < 20_000
            case Output():
                assert each.stream in ("stdout", "stderr", "notice")
                each.text.encode()
            case LearnerException():
                assert len(each.message) <= 500 and "\0" not in each.message


def live(child: FakeChild, dice: Random) -> None:
    """Be a process: start, be confined, write, and leave; not always all of it."""
    child.start()
    child.verdict.send(b"locked")
    child.verdict.close()
    for _ in range(dice.randint(1, 4)):
        if dice.random() < 0.6:
            for piece in cuts(dice, mutated(dice, SAID)):
                child.say(piece)
        else:
            child.write(dice.choice((child.stdout, child.stderr)), mutated(dice, PRINTED) or noise(dice, 9))
    if dice.random() < 0.1:
        child.control.close()
    child.leave(dice.choice(EXITS))


def test_whatever_a_child_writes_its_sandbox_ends_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    be_quick(monkeypatch)
    supervisor = Supervisor(Limits(), tmp_path / "s", slots=AT_ONCE)
    supervisor.open()

    def link() -> FakeLink:
        return supervisor._hosts["threading", "core"]._link  # type: ignore[return-value]

    def together(number: int) -> None:
        """Try a few at once: each waits a moment for threads that end."""
        started = []
        for each in range(number * AT_ONCE, (number + 1) * AT_ONCE):
            memory = Memory()
            program = Program({"server.py": "1"})
            started.append((supervisor.start(program, learner=f"{each}", purpose="run", watcher=memory), memory))
        until(lambda: len(link().children) == AT_ONCE)
        for each, child in enumerate(list(link().children)):
            live(child, Random(number * AT_ONCE + each))
        for sandbox, memory in started:
            assert sandbox.wait_ended(PATIENCE).state in ENDED
            assert_small(memory.told)
        until(lambda: held(supervisor) == NOTHING, PATIENCE)
        assert supervisor.unavailable_under("threading") is None

    def logged() -> str:
        return "\n".join(record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)

    try:
        does_not_grow(os.getpid(), cases(1000) // AT_ONCE, together, memory=MEMORY_MB, quiet=logged)
    finally:
        supervisor.close()
