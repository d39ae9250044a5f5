"""The values that cross the sandbox's border. Pure: no I/O, nothing of Flask, nothing but the standard library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

from course.program import Files, ProgramRefused, Runtime, check_files, entry_of
from course.sandbox.available_modules import Libraries, libraries_for
from course.wire import Direction, TraceRow

State = Literal["queued", "starting", "ready", "stopped", "crashed", "limited"]
ENDED: frozenset[State] = frozenset({"stopped", "crashed", "limited"})
STEPS: dict[State, frozenset[State]] = {
    "queued": frozenset({"queued", "starting", *ENDED}),
    "starting": frozenset({"ready", *ENDED}),
    "ready": frozenset({"ready", *ENDED}),
}
"""From a state, the states that may follow. From an end nothing does."""

KILLED = "killed_by_learner"
RESTARTING = "restarting"
"""Codes of ends after which the program may run again at the same address. The learner never sees `RESTARTING`."""

PROCESSES_AT_MOST = 3

NOT_THE_PROGRAMS = frozenset({"sandbox_host_died", "not_started", "lost", "site_closed"})
"""Codes of ends that are our fault. Only the site gives them: no program can claim one."""

Purpose = Literal["run", "check"]
Stream = Literal["stdout", "stderr", "notice"]
"""``notice`` is a line of ours (output cut, idle warning), never the learner's."""


@dataclass(frozen=True)
class Program:
    """What a learner wants to run.

    Raises:
        ProgramRefused: these files can't be a program's (see `check_files`), or there is no code to begin with.
    """

    files: Files
    """What is run is named in `processes`; all of them can be imported, opened and served."""
    runtime: Runtime = "threading"
    terminal: bool = True
    """Whether standard input looks like a terminal: without one, Werkzeug's server refuses to start (lesson 2)."""
    processes: tuple[str, ...] = ()
    """The file that each process runs; the first is the server that clients reach. Only the site chooses them: a
    learner's program is one process, which runs what `entry_of` names."""

    @cached_property
    def libraries(self) -> Libraries:
        """Return what it can import."""
        return libraries_for(self.files)

    def __post_init__(self) -> None:
        check_files(self.files)
        if not self.processes:
            object.__setattr__(self, "processes", (entry_of(self.files),))
        if not 1 <= len(self.processes) <= PROCESSES_AT_MOST:
            raise ValueError(f"a program is one to {PROCESSES_AT_MOST} processes, not {len(self.processes)}")
        for name in self.processes:
            if not self.files.get(name, "").strip():
                words = f"There is no code in {name or 'server.py'} yet. Write a server, or press Reset."
                raise ProgramRefused("empty_program", words)


@dataclass(frozen=True)
class StateChange:
    state: State
    reason: str = ""
    """A whole sentence for the learner; empty where the state says it all."""
    code: str = ""
    """Stable name of the reason: ``memory``, ``cpu``, ``wall``, ``idle``, ``no_run_call``, ``replaced``…"""
    queue_position: int | None = None
    error: Mapping[str, Any] | None = None
    """For a crash: ``{"type", "message", "file", "line", "text"}``; both are None without a place in the program."""


@dataclass(frozen=True)
class Output:
    stream: Stream
    text: str


@dataclass(frozen=True)
class LearnerException:
    """An exception that escaped a handler while the server went on. The child says so: never trust it for grading."""

    type: str
    message: str
    line: int | None
    handler: str


MarkKind = Literal[
    "opened",
    "closed",
    "refused",
    "changed",
    "delayed",
    "lost",
    "cut",
    "frozen",
    "thawed",
    "offline",
    "online",
    "killed",
    "restarted",
]


@dataclass(frozen=True)
class Mark:
    """An entry of a run's picture that is not a frame: a connection that began or ended, a fault, a lost frame."""

    time: float
    """Seconds since the sandbox became ready, as in a `TraceRow`."""
    client: str
    """The client's tag; "" for the server itself."""
    kind: MarkKind
    text: str
    """A whole sentence for the learner."""
    frame: str = ""
    """The literal packet, as a row has it, where the mark is about one: `lost` or `delayed` (its row follows)."""
    direction: Direction | Literal[""] = ""
    """Which way `frame` was going, as in a `TraceRow`."""

    def as_json(self) -> dict[str, Any]:
        """Return the mark as pages and recordings store it; frame and direction only where there is a frame."""
        told = {"time": round(self.time, 4), "client": self.client, "kind": self.kind, "text": self.text}
        return {**told, "frame": self.frame, "direction": self.direction} if self.direction else told


class Watcher(Protocol):
    """Hears what a sandbox does. Called on a greenlet of the web process: it must not block."""

    def state_changed(self, sandbox_id: str, change: StateChange) -> None: ...

    def output(self, sandbox_id: str, piece: Output) -> None: ...

    def exception(self, sandbox_id: str, exception: LearnerException) -> None: ...

    def traced(self, sandbox_id: str, rows: list[TraceRow], dropped: int) -> None: ...

    def inside(self, sandbox_id: str, reports: list[dict[str, Any]], dropped: int) -> None: ...

    def marked(self, sandbox_id: str, marks: list[Mark]) -> None: ...

    def faults_changed(self, sandbox_id: str, in_force: Mapping[str, Mapping[str, Any]]) -> None: ...


class IllegalStep(RuntimeError):
    """A sandbox can't go from this state to that one."""
