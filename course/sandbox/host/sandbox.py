"""One sandbox as the site sees it: a state machine, its streams, its clocks, and how it is ended."""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from course.sandbox.faults import Faults
from course.sandbox.host.control_messages import ControlReader, Ended, InsideMessage, Message, Ready
from course.sandbox.host.endings import KILLED, KILLED_REASON, ending_of
from course.sandbox.host.forkserver_link import Started
from course.sandbox.host.inside_reports import Inside
from course.sandbox.host.output import OutputMeter
from course.sandbox.limits import Limits
from course.sandbox.model import (
    ENDED,
    STEPS,
    IllegalStep,
    LearnerException,
    Program,
    Purpose,
    State,
    StateChange,
    Stream,
    Watcher,
)
from course.sandbox.trace import Trace
from course.sandbox.visitors import Visitors

T = TypeVar("T")
log = logging.getLogger(__name__)

EXIT_SECONDS = 2.0
"""How long the exit code may lag behind the closing of the streams."""
READ_BYTES = 16 * 1024
CONTROL_READ_BYTES = 4 * 1024
PAUSE_SECONDS = 0.005
"""Between two looks at the streams: a program that floods them waits, instead of keeping this process busy."""


class Sandbox:
    """Made by the supervisor; everything that happens to it is told to its watcher, in order.

    Args:
        sandbox_id: ``<owner>-<32 hex digits>``.
        learner: whose program it is.
        purpose: a run of their own, or a check.
        program: what is run.
        watcher: hears everything.
        limits: for this sandbox.
        socket_path: where its server will listen.
        on_end: called once, after the watcher has heard of the end.
        before: the ended sandbox that this one goes on from: same id, same program, one trace, the same faults.
    """

    def __init__(
        self,
        sandbox_id: str,
        learner: str,
        purpose: Purpose,
        program: Program,
        watcher: Watcher,
        limits: Limits,
        socket_path: Path,
        on_end: Callable[[Sandbox], None],
        before: Sandbox | None = None,
    ) -> None:
        self.id = sandbox_id
        self.learner = learner
        self.purpose = purpose
        self.program = program
        self.limits = limits
        self.socket_path = socket_path
        self.state = StateChange("queued")
        self.pid: int | None = None
        self.started_at: float | None = None
        self.ready_at: float | None = None
        self.touched_at = 0.0
        self.warned = False
        self.uid: int | None = None
        self.trace: Trace = Trace(
            lambda rows, dropped: watcher.traced(self.id, rows, dropped),
            flush_marks=lambda marks: watcher.marked(self.id, marks),
            before=before.trace if before else None,
        )
        self.inside: Inside = Inside(
            lambda reports, dropped: watcher.inside(self.id, reports, dropped),
            before=before.inside if before else None,
        )
        self.faults: Faults = Faults(
            self.trace.mark,
            lambda in_force: watcher.faults_changed(self.id, in_force),
            before.faults if before else None,
        )
        self.visitors: Visitors = before.visitors if before else Visitors()
        self.restarted = False
        """Whether another one goes on from this one."""
        self._again = before is not None
        self._watcher = watcher
        self._on_end = on_end
        self._meter = OutputMeter(limits)
        self._process: Started | None = None
        self._exit_code: int | None = None
        self._said_end: Ended | None = None
        self._lock = threading.RLock()
        self._ready_or_over = threading.Event()
        self._exited = threading.Event()
        self._over = threading.Event()

    # What others ask

    def touch(self) -> None:
        """Start the idle clock anew: an event or an HTTP request came."""
        self.touched_at = time.monotonic()
        if self.warned:
            with self._lock:
                self.warned = False
                if self.state.state == "ready":
                    self._step(StateChange("ready"))

    def wait_ready(self, timeout: float) -> StateChange:
        """Wait until the program listens or has ended, and return the state."""
        self._ready_or_over.wait(timeout)
        return self.state

    def wait_ended(self, timeout: float) -> StateChange:
        """Wait for the end, and return the state."""
        self._over.wait(timeout)
        return self.state

    @property
    def ended(self) -> bool:
        """Say whether it is over."""
        return self.state.state in ENDED

    @property
    def was_killed(self) -> bool:
        """Say whether it is over because its learner wanted to see a server die."""
        return self.ended and self.state.code == KILLED

    # What the supervisor does

    def kill(self) -> None:
        """Kill the process the hard way, as its learner wishes; no handler runs any more."""
        self.trace.mark("", "killed", "Killed: no handler ran, and nobody was told.")
        self.end("crashed", KILLED_REASON, KILLED)

    def wait_exited(self, timeout: float) -> None:
        """Wait until the process is gone, if there has been one."""
        if self.pid is not None:
            self._exited.wait(timeout)

    def queue(self, position: int) -> None:
        """Tell the learner how many are before them, unless they know, or wait no more."""
        reason = f"The server is full. You are number {position} in the queue; your program starts by itself."
        with self._lock:
            if self.state.state == "queued" and self.state.queue_position != position:
                self._step(StateChange("queued", reason, "full", position))

    def launch(self) -> list[socket.socket]:
        """Go to ``starting``, listen, and return the child's ends: listener, stdout, stderr, control."""
        self._step(StateChange("starting"))
        self.started_at = time.monotonic()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.socket_path))
        listener.listen(64)
        ours, theirs = zip(*(socket.socketpair() for _ in range(3)), strict=True)
        names: tuple[str, ...] = ("stdout", "stderr", "control")
        threading.Thread(
            target=self._read, args=(dict(zip(ours, names, strict=True)),), name=f"sandbox {self.id}", daemon=True
        ).start()
        return [listener, *theirs]

    def has_process(self, started: Started) -> None:
        """Note the process; it is killed at once when the sandbox has been ended meanwhile."""
        with self._lock:
            self.pid, self._process = started.pid, started
            if self.ended:
                self._kill()

    def process_exited(self, code: int) -> None:
        """Note the exit code; the end itself is told when the streams have been read to their end."""
        self._exit_code = code
        self._exited.set()

    def warn_idle(self) -> None:
        """Tell the learner that their server is about to be ended for lack of use."""
        seconds = int(self.limits.idle_warning_seconds)
        reason = f"Nothing has happened for a while: your server stops in {seconds} s. Press Keep alive to go on."
        with self._lock:
            if self.state.state == "ready" and not self.warned:
                self.warned = True
                self._step(StateChange("ready", reason, "idle_warning"))

    def end(self, state: State, reason: str = "", code: str = "", error: dict[str, Any] | None = None) -> None:
        """End the sandbox for that reason; ignored when it is over already."""
        with self._lock:
            if self.ended:
                return
            self._kill()
            self._step(StateChange(state, reason, code, error=error))
            self._ready_or_over.set()
        self.faults.close()
        self.trace.close()
        with contextlib.suppress(OSError):
            self.socket_path.unlink()
        self._over.set()
        self._on_end(self)

    # What the process says

    def _read(self, streams: dict[socket.socket, str]) -> None:
        """Read all three streams to their end, then say why the process ended."""
        control = ControlReader()
        with selectors.DefaultSelector() as selector:
            for stream, name in streams.items():
                selector.register(stream, selectors.EVENT_READ, (stream, name))
            while streams:
                for key, _ in selector.select():
                    stream, name = key.data
                    data = self._receive(stream, CONTROL_READ_BYTES if name == "control" else READ_BYTES)
                    if not data:
                        selector.unregister(stream)
                        del streams[stream]
                        stream.close()
                    elif name == "control":
                        for message in control.feed(data):
                            self._hear(message)
                    else:
                        self._show(name, data)
                time.sleep(PAUSE_SECONDS)
        self._exited.wait(EXIT_SECONDS)
        self._conclude()

    @staticmethod
    def _receive(stream: socket.socket, size: int) -> bytes:
        try:
            return stream.recv(size)
        except OSError:
            return b""

    def _show(self, stream: Stream, data: bytes) -> None:
        for piece in self._meter.take(stream, data, time.monotonic()):
            self._tell(self._watcher.output, piece)

    def _hear(self, message: Message) -> None:
        match message:
            case Ready():
                with self._lock:
                    if self.state.state == "starting":
                        self.ready_at = self.touched_at = time.monotonic()
                        self.trace.ready()
                        self.inside.ready()
                        if self._again:
                            self.trace.mark("", "restarted", "Running again, with nothing in its memory.")
                        self._step(StateChange("ready"))
                        self._ready_or_over.set()
            case LearnerException():
                self._tell(self._watcher.exception, message)
            case InsideMessage():
                self.inside.hear(message)
            case Ended():
                self._said_end = self._said_end or message

    def _conclude(self) -> None:
        ending = ending_of(self._said_end, self._exit_code, self.limits)
        self.end(ending.state, ending.reason, ending.code, None if ending.error is None else dict(ending.error))

    def _step(self, change: StateChange) -> None:
        with self._lock:
            allowed = STEPS.get(self.state.state, frozenset())
            if change.state not in allowed:
                raise IllegalStep(f"{self.state.state} → {change.state}")
            self.state = change
            self._tell(self._watcher.state_changed, change)

    def _tell(self, hear: Callable[[str, T], None], news: T) -> None:
        try:
            hear(self.id, news)
        except Exception:  # a watcher's mistake must not keep a sandbox from its end
            log.exception("the watcher of %s failed", self.id)

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
