"""One sandbox as the site sees it: a state machine from ``queued`` to its end."""

from __future__ import annotations

import itertools
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

from course.sandbox.confinement.verdict import Verdict
from course.sandbox.faults import Faults
from course.sandbox.guarded import take_every_step
from course.sandbox.host.child_process import ChildProcess
from course.sandbox.host.clocks import Clocks
from course.sandbox.host.control_messages import EndDescribed, InsideMessage, Message, Ready
from course.sandbox.host.endings import KILLED_REASON, LOST, NOT_CONFINED, ending_of
from course.sandbox.host.forkserver_link import Started
from course.sandbox.host.inside_reports import Inside
from course.sandbox.host.reading import Reading
from course.sandbox.host.sandbox_spec import SandboxSpec
from course.sandbox.host.streams import Streams
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

log = logging.getLogger(__name__)

EXIT_SECONDS = 2.0
"""How long the exit code may lag behind the closing of the streams."""


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
        self._processes = [ChildProcess() for _ in spec.program.processes]
        self._streams: Streams | None = None
        self._on_end = on_end
        self._described: dict[int, EndDescribed] = {}
        """In each process's own words, why it leaves."""
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
        """Return the process id of its server, once there is a process."""
        return self._processes[0].pid

    @property
    def pids(self) -> tuple[int, ...]:
        """Return the process ids of all its processes: what its limits are counted over."""
        return tuple(process.pid for process in self._processes if process.pid is not None)

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
        """Wait until its processes are gone, if there have been any."""
        for process in self._processes:
            if process.pid is not None:
                process.wait_exited(timeout)

    # From the queue to the start

    def queue(self, position: int) -> None:
        """Tell the learner their place in the queue, unless they know it, or wait no longer."""
        reason = f"The server is full. You are number {position} in the queue; your program starts by itself."
        with self._lock:
            if self.state.state == "queued" and self.state.queue_position != position:
                self._step(StateChange("queued", reason, "full", position))

    def launch(self, on_unconfined: Callable[[Verdict], None]) -> list[list[socket.socket]]:
        """Go to ``starting`` and listen.

        Args:
            on_unconfined: told if the confinement of a process has failed, behind the end of this sandbox.

        Returns:
            For each process its ends, which the caller closes: the listener, then those of `streams.NAMES`.

        Raises:
            IllegalStep: it has been ended already.
            OSError: the site has no descriptors left, or no room for a socket. The caller ends the sandbox.
        """
        with self._lock, ExitStack() as made:  # nobody can end it in between
            self._step(StateChange("starting"))
            self.clocks.start()
            listeners = self.spec.listen()
            for listener in listeners:
                made.callback(listener.close)
            streams = Streams(len(listeners))
            made.callback(streams.close)
            for each in itertools.chain(*streams.theirs):
                made.callback(each.close)
            follow = threading.Thread(target=self._follow, args=(streams, on_unconfined), daemon=True)
            follow.name = f"sandbox {self.id}"
            follow.start()
            self._streams = streams
            made.pop_all()
        return [[listener, *ends] for listener, ends in zip(listeners, streams.theirs, strict=True)]

    def has_process(self, number: int, started: Started) -> None:
        """Note a process; it is killed at once when the sandbox has been ended meanwhile."""
        with self._lock:
            self._processes[number].begin(started)

    def process_exited(self, number: int, code: int | None) -> None:
        """Note an exit code, or that none will come; the end is told when the streams have been read to their end."""
        self._processes[number].exited(code)

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

    def _follow(self, streams: Streams, on_unconfined: Callable[[Verdict], None]) -> None:
        """Read what the processes say until one is gone, then end for the reason that it went."""
        ending, verdict, ended_here = LOST, Verdict(), False
        with ExitStack() as last:
            last.callback(streams.close)
            try:
                verdict = streams.verdict()
                ending = self._read_to_the_end(streams) if verdict.locked else NOT_CONFINED
            except Exception:
                log.exception("%s can't be followed any more", self.id)
            finally:
                error = None if ending.error is None else dict(ending.error)
                ended_here = self.end(ending.state, ending.reason, ending.code, error)
        if ended_here and not verdict.locked:
            on_unconfined(verdict)

    def _read_to_the_end(self, streams: Streams) -> StateChange:
        first = Reading(streams, self).until_one_has_said_all()
        exit_code = self._processes[first].wait_exited(EXIT_SECONDS)
        return ending_of(exit_code, self._described.get(first), self.limits)

    def hear_output(self, stream: Literal["stdout", "stderr"], data: bytes) -> bool:
        """Pass on what a process printed; return whether all of it was within the limits."""
        return self._telemetry.output(stream, data)

    def hear_lines_left_out(self) -> None:
        """Say that not every line between the processes has been passed on."""
        self._telemetry.notice("Too many lines between the processes of this program: some are left out.")

    def hear_message(self, process: int, message: Message) -> bool:
        """Hear what a process says about itself: it only describes. Return whether it was within the limits."""
        match message:
            case Ready() if process == 0:
                self._become_ready()
            case LearnerException():
                self._telemetry.exception(message)
            case InsideMessage() if process == 0:
                return self.inside.hear(message)
            case EndDescribed():
                self._described.setdefault(process, message)
        return True

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

    def end(self, state: State, reason: str = "", code: str = "", error: dict[str, Any] | None = None) -> bool:
        """End the sandbox for that reason; return False when it is over already.

        Every step is taken, whatever the others raise: nothing that a sandbox holds may outlive it.
        """
        what, change = f"ending {self.id}", StateChange(state, reason, code, error=error)
        with ExitStack() as behind:
            with self._lock:
                if self.ended:
                    return False
                behind.callback(take_every_step, what, self._last_steps())
                kills = [process.kill for process in self._processes]
                take_every_step(what, [lambda: self._step(change), *kills])
        return True

    def _last_steps(self) -> list[Callable[[], object]]:
        return [
            self._ready_or_over.set,
            self._telemetry.close,
            *([] if self._streams is None else [self._streams.stop]),
            self.spec.remove_sockets,
            lambda: self._on_end(self),
            self._over.set,
        ]

    def _step(self, change: StateChange) -> None:
        with self._lock:
            allowed = STEPS.get(self.state.state, frozenset())
            if change.state not in allowed:
                raise IllegalStep(f"{self.state.state} → {change.state}")
            self.state = change
            self._telemetry.state_changed(change)
