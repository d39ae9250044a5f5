"""Where attacks happen: one real supervisor, a neighbour who only wants to be served, and a canary nobody may find."""

import gc
import os
import secrets
import socket
import threading
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from course.program import RUNTIMES, Runtime
from course.sandbox.host.processes import processor_seconds
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.host.supervisor import Supervisor
from course.sandbox.limits import KB, Limits
from course.sandbox.model import ENDED, LearnerException, Mark, Output, Program, StateChange
from course.wire import TraceRow
from tests.sandbox.attacks.attack import PRELUDE, Attack
from tests.sandbox.gateway.stage import until

CANARY = "DUPLEX_ATTACK_CANARY"
PATTERN = "canary" + "-[0-9a-f]{40}"
"""Finds the canary, and nothing in the programs that look for it."""

LIMITS = Limits(
    cpu_burst_seconds=1,
    cpu_share=0.05,
    cpu_soft_seconds=2,
    cpu_hard_seconds=3,
    start_seconds=4,
    output_bytes=128 * KB,
    open_files=64,
)
"""Of attackers."""
OUTCOME = "outcome: "
ATTACK_SECONDS = 30

NEIGHBOUR = """
import random
say(random.getrandbits(64))
serve()
"""


class Listener:
    """A watcher that remembers, and wakes whoever waits for the outcome."""

    def __init__(self) -> None:
        self.text = ""
        self.exceptions: list[LearnerException] = []
        self.changes: list[StateChange] = []
        self._changed = threading.Condition()

    def state_changed(self, sandbox_id: str, change: StateChange) -> None:
        with self._changed:
            self.changes.append(change)
            self._changed.notify_all()

    def output(self, sandbox_id: str, piece: Output) -> None:
        with self._changed:
            if piece.stream == "notice":
                self.text += f"\n{OUTCOME}output was cut\n"
            else:
                self.text += piece.text
            self._changed.notify_all()

    def exception(self, sandbox_id: str, exception: LearnerException) -> None:
        with self._changed:
            self.exceptions.append(exception)
            self._changed.notify_all()

    def traced(self, sandbox_id: str, rows: list[TraceRow], dropped: int) -> None:
        pass

    def inside(self, sandbox_id: str, reports: list[dict[str, Any]], dropped: int) -> None:
        pass

    def marked(self, sandbox_id: str, marks: list[Mark]) -> None:
        pass

    def faults_changed(self, sandbox_id: str, in_force: Mapping[str, Mapping[str, Any]]) -> None:
        pass

    def outcome(self, timeout: float) -> str:
        """Wait for what the program says of itself, or for its end."""
        with self._changed:
            self._changed.wait_for(lambda: self._said() is not None or self._over(), timeout)
            return self._said() or ""

    def _over(self) -> bool:
        return bool(self.changes) and self.changes[-1].state in ENDED

    def _said(self) -> str | None:
        for line in self.text.splitlines(keepends=True):
            if line.startswith(OUTCOME) and line.endswith("\n"):
                return line.removeprefix(OUTCOME).strip()
        return None


class Attempt:
    """One hostile program in its sandbox; see `Run`."""

    def __init__(self, supervisor: Supervisor, sandbox: Sandbox, listener: Listener) -> None:
        self._supervisor, self._sandbox, self._listener = supervisor, sandbox, listener

    def said(self) -> str:
        words = self._listener.outcome(ATTACK_SECONDS)
        state = self._sandbox.state
        return words or f"nothing was said, but {state.state}: {state.reason} {self._listener.text[-500:]}"

    def ended(self) -> StateChange:
        return self._sandbox.wait_ended(ATTACK_SECONDS)

    def stop(self) -> None:
        self._supervisor.stop(self._sandbox.id)

    def exceptions_told(self, seconds: float) -> int:
        self._sandbox.wait_ended(seconds)
        return len(self._listener.exceptions)

    def supervisors_share_of_a_core(self, seconds: float) -> float:
        gc.collect()
        gc.freeze()  # the heap of a whole test run takes a fifth of a second to look through, and is not the site's
        try:
            before = time.process_time()
            self._sandbox.wait_ended(seconds)
            return (time.process_time() - before) / seconds
        finally:
            gc.unfreeze()

    def fork_servers_share_of_a_core(self, seconds: float) -> float:
        pid = self._supervisor.forkserver_pid_under(self._sandbox.program.runtime) or 0
        before = processor_seconds(pid) or 0.0
        self._sandbox.wait_ended(seconds)
        return ((processor_seconds(pid) or 0.0) - before) / seconds


class Arena:
    """One supervisor for all attacks. Use it with `with`."""

    def __init__(self, directory: Path) -> None:
        self._canary = f"canary-{secrets.token_hex(20)}"
        self.supervisor = Supervisor(Limits(), directory / "sockets", slots=8, runtimes=RUNTIMES)

    def __enter__(self) -> Self:
        os.environ[CANARY] = self._canary
        self.supervisor.open()
        assert self.supervisor.unavailable is None, self.supervisor.unavailable
        until(lambda: None not in self._hosts(), 60)
        self.hosts = self._hosts()
        listener = Listener()
        self.neighbour = self._start(NEIGHBOUR, "neighbour", listener)
        assert self.neighbour.wait_ready(ATTACK_SECONDS).state == "ready", listener.text
        self._neighbour_random = listener.outcome(ATTACK_SECONDS)
        self.supervisor.limits = LIMITS
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.supervisor.close()
        del os.environ[CANARY]

    def attack(self, attack: Attack) -> str:
        """Run the hostile program and return what was seen, in the terms of `Attack.expected`."""
        listener = Listener()
        sandbox = self._start(self._filled_in(attack.source), "attacker", listener, attack.runtime)
        try:
            return attack.watch(Attempt(self.supervisor, sandbox, listener))
        finally:
            self.supervisor.stop(sandbox.id)
            sandbox.wait_ended(ATTACK_SECONDS)

    def harm(self) -> str:
        """Say what the attack broke outside its own sandbox; empty when everybody is still served."""
        for runtime in RUNTIMES:
            if (why := self.supervisor.unavailable_under(runtime)) is not None:
                return f"the supervisor: {why}"
        if (taken := self.supervisor.places_taken) != 1:
            return f"{taken} places are taken, and there is only the neighbour"
        if self._hosts() != self.hosts:
            return "a fork server had to be restarted"
        if self.neighbour.state.state != "ready":
            return f"the neighbour: {self.neighbour.state.reason}"
        self.supervisor.keep_alive(self.neighbour.id)
        answer = fetch(self.neighbour.socket_path, "/alive")
        return "" if answer == "alive" else f"the neighbour answers {answer!r}"

    def _hosts(self) -> list[int | None]:
        return [self.supervisor.forkserver_pid_under(runtime) for runtime in RUNTIMES]

    def _start(self, source: str, learner: str, listener: Listener, runtime: Runtime = "threading") -> Sandbox:
        program = Program({"server.py": PRELUDE + source}, runtime)
        return self.supervisor.start(program, learner=learner, purpose="run", watcher=listener)

    def _filled_in(self, source: str) -> str:
        values = {
            "supervisor": os.getpid(),
            "neighbour": self.neighbour.pid,
            "neighbour_id": self.neighbour.id,
            "neighbour_socket": self.neighbour.socket_path,
            "neighbour_random": self._neighbour_random,
            "pattern": PATTERN,
        }
        for name, value in values.items():
            source = source.replace(f"<{name}>", str(value))
        return source


def fetch(path: Path, address: str) -> str:
    """Return the body that a server on a unix socket answers with."""
    connection = HTTPConnection("localhost", timeout=10)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(10)
    try:
        connection.sock.connect(str(path))
        connection.request("GET", address)
        return connection.getresponse().read().decode()
    except OSError as error:
        return repr(error)
    finally:
        connection.close()
