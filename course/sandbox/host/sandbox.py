"""One sandbox as the site sees it: a state machine from ``queued`` to its end."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.sandbox.faults import Faults
from course.sandbox.host.child_process import ChildProcess
from course.sandbox.host.clocks import Clocks
from course.sandbox.host.control_messages import Ended, InsideMessage, Message, Ready
from course.sandbox.host.endings import KILLED_REASON, ending_of
from course.sandbox.host.forkserver_link import Started
from course.sandbox.host.inside_reports import Inside
from course.sandbox.host.streams import Name, open_streams, read_to_the_end
from course.sandbox.host.telemetry import Telemetry
from course.sandbox.limits import Limits
from course.sandbox.model import (
    ENDED,
    KILLED,
    STEPS,
    IllegalStep,
    LearnerException,
    Program,
    Purpose,
    State,
    StateChange,
    Watcher,
)
from course.sandbox.trace import Trace
from course.sandbox.visitors import Visitors

EXIT_SECONDS = 2.0
"""How long the exit code may lag behind the closing of the streams."""


@dataclass(frozen=True)
class SandboxSpec:
    """What a sandbox is asked to be. A restarted program has the same one."""

    id: str
    """``<owner>-<32 hex digits>``"""
    learner: str
    """The owner of the program."""
    purpose: Purpose
    """A run of their own, or a check."""
    program: Program
    limits: Limits
    socket_path: Path
    """Where its server will listen."""


class Sandbox:
    """Made by the supervisor; everything that happens to it is told to its watcher, in order.

    Args:
        spec: what is asked for.
        watcher: hears everything.
        on_end: called once, after the watcher has heard of the end.
        before: the ended sandbox of the same spec that this one continues: one trace, the same faults.
    """

    def __init__(
        self, spec: SandboxSpec, watcher: Watcher, on_end: Callable[[Sandbox], None], before: Sandbox | None = None
    ) -> None:
        self.spec = spec
        self.state = StateChange("queued")
        self.clocks = Clocks()
        self.uid: int | None = None
        """The user that its process runs as, where it has one of its own."""
        self.restarted = False
        """Whether another sandbox continues this one."""
        self.visitors: Visitors = before.visitors if before else Visitors()
        self._telemetry: Telemetry = Telemetry(spec.id, watcher, spec.limits, before._telemetry if before else None)
        self._process = ChildProcess()
        self._on_end = on_end
        self._said_end: Ended | None = None
        self._lock = threading.RLock()
        self._ready_or_over = threading.Event()
        self._over = threading.Event()

    # What it is

    @property
    def id(self) -> str:
        """Return its id, which is part of its address."""
        return self.spec.id

    @property
    def learner(self) -> str:
        """Return the owner of the program."""
        return self.spec.learner

    @property
    def purpose(self) -> Purpose:
        """Return what it is started for."""
        return self.spec.purpose

    @property
    def program(self) -> Program:
        """Return what it runs."""
        return self.spec.program

    @property
    def limits(self) -> Limits:
        """Return its limits."""
        return self.spec.limits

    @property
    def socket_path(self) -> Path:
        """Return where its server listens."""
        return self.spec.socket_path

    @property
    def pid(self) -> int | None:
        """Return the process id, once there is a process."""
        return self._process.pid

    @property
    def trace(self) -> Trace:
        """Return the frames and marks so far."""
        return self._telemetry.trace

    @property
    def inside(self) -> Inside:
        """Return what the program has reported of its inside."""
        return self._telemetry.inside

    @property
    def faults(self) -> Faults:
        """Return the faults of its clients' connections."""
        return self._telemetry.faults

    @property
    def ended(self) -> bool:
        """Return whether it is over."""
        return self.state.state in ENDED

    @property
    def was_killed(self) -> bool:
        """Return whether it is over because its learner wanted to see a server die."""
        return self.ended and self.state.code == KILLED

    def wait_ready(self, timeout: float) -> StateChange:
        """Wait until the program listens or has ended, and return the state."""
        self._ready_or_over.wait(timeout)
        return self.state

    def wait_ended(self, timeout: float) -> StateChange:
        """Wait for the end, and return the state."""
        self._over.wait(timeout)
        return self.state

    def wait_exited(self, timeout: float) -> None:
        """Wait until the process is gone, if there has been one."""
        if self.pid is not None:
            self._process.wait_exited(timeout)

    # From the queue to the start

    def queue(self, position: int) -> None:
        """Tell the learner their place in the queue, unless they know it, or wait no longer."""
        reason = f"The server is full. You are number {position} in the queue; your program starts by itself."
        with self._lock:
            if self.state.state == "queued" and self.state.queue_position != position:
                self._step(StateChange("queued", reason, "full", position))

    def launch(self) -> list[socket.socket]:
        """Go to ``starting``, listen, and return the child's ends: listener, stdout, stderr, control."""
        self._step(StateChange("starting"))
        self.clocks.start()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.socket_path))
        listener.listen(64)
        ours, theirs = open_streams()
        threading.Thread(target=self._follow, args=(ours,), name=f"sandbox {self.id}", daemon=True).start()
        return [listener, *theirs]

    def has_process(self, started: Started) -> None:
        """Note the process; it is killed at once when the sandbox has been ended meanwhile."""
        with self._lock:
            self._process.begin(started)
            if self.ended:
                self._process.kill()

    def process_exited(self, code: int) -> None:
        """Note the exit code; the end itself is told when the streams have been read to their end."""
        self._process.exited(code)

    # While it runs

    def touch(self) -> None:
        """Start the idle clock again: an event or an HTTP request came."""
        self.clocks.use()
        if self.clocks.idle_warned:
            with self._lock:
                self.clocks.idle_warned = False
                if self.state.state == "ready":
                    self._step(StateChange("ready"))

    def notice(self, text: str) -> None:
        """Say something to the learner between the lines that their program prints."""
        self._telemetry.notice(text)

    def warn_idle(self) -> None:
        """Tell the learner that their server is about to be ended for lack of use."""
        seconds = int(self.limits.idle_warning_seconds)
        reason = f"Nothing has happened for a while: your server stops in {seconds} s. Press Keep alive to go on."
        with self._lock:
            if self.state.state == "ready" and not self.clocks.idle_warned:
                self.clocks.idle_warned = True
                self._step(StateChange("ready", reason, "idle_warning"))

    def _follow(self, streams: dict[socket.socket, Name]) -> None:
        """Read what the process says until it is gone, then end for the reason that it went."""
        read_to_the_end(streams, on_output=self._telemetry.output, on_message=self._hear)
        exit_code = self._process.wait_exited(EXIT_SECONDS)
        ending = ending_of(self._said_end, exit_code, self.limits)
        self.end(ending.state, ending.reason, ending.code, None if ending.error is None else dict(ending.error))

    def _hear(self, message: Message) -> None:
        match message:
            case Ready():
                self._become_ready()
            case LearnerException():
                self._telemetry.exception(message)
            case InsideMessage():
                self.inside.hear(message)
            case Ended():
                self._said_end = self._said_end or message

    def _become_ready(self) -> None:
        with self._lock:
            if self.state.state == "starting":
                self.clocks.ready()
                self._telemetry.ready()
                self._step(StateChange("ready"))
                self._ready_or_over.set()

    # The end

    def kill(self) -> None:
        """Kill the process the hard way, as its learner wishes; no handler runs any more."""
        self.trace.mark("", "killed", "Killed: no handler ran, and nobody was told.")
        self.end("crashed", KILLED_REASON, KILLED)

    def end(self, state: State, reason: str = "", code: str = "", error: dict[str, Any] | None = None) -> None:
        """End the sandbox for that reason; ignored when it is over already."""
        with self._lock:
            if self.ended:
                return
            self._process.kill()
            self._step(StateChange(state, reason, code, error=error))
            self._ready_or_over.set()
        self._telemetry.close()
        with contextlib.suppress(OSError):
            self.socket_path.unlink()
        self._over.set()
        self._on_end(self)

    def _step(self, change: StateChange) -> None:
        with self._lock:
            allowed = STEPS.get(self.state.state, frozenset())
            if change.state not in allowed:
                raise IllegalStep(f"{self.state.state} → {change.state}")
            self.state = change
            self._telemetry.state_changed(change)
