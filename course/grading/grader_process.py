"""The grader's own program: warm, single-threaded, forking one child for each check run.

Author code runs only in the children, so an endless loop or a leaked thread in a ``checks.py`` costs one child,
killed at its deadline, and never this process or the web process. Commands come and results go as JSON lines on
the socket at descriptor 0:

    in:   {"job": 1, "checks": path, "socket": path, "timed": false}
          {"job": 1, "note": {…}}   {"job": 1, "cancel": true}
    out:  {"job": 1, "total": 4}   {"job": 1, "begins": {"name", "title"}}   {"job": 1, "result": {…}}
          {"job": 1, "done": {"passed", "total", "error"}}   {"job": 1, "lost": "overran" | "died"}
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from course.grading import author as _warm  # noqa: F401  # imported once here, so that a child has it at once
from course.grading.author_fault import AuthorFault
from course.grading.checks import OUR_FAULT, load_checks, run_checks
from course.grading.clients.server import Server
from course.grading.failures import AuthorError
from course.grading.model import RunSummary
from course.grading.reports import Reports

NICE = 2
OOM_SCORE_ADJ = 300
"""Below a learner's program, above the site: proc(5)."""
CHILD_ADDRESS_SPACE = 2 * 1024**3
CHILD_OPEN_FILES = 256
"""Open files and sockets: a check has a few dozen clients at most, each with two or three."""


class Lines:
    """Cuts a byte stream into JSON lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Yield every line that `data` completes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            yield json.loads(line)


def write_line(wire: socket.socket, message: Mapping[str, Any]) -> None:
    """Send one JSON line."""
    wire.sendall(json.dumps(message).encode() + b"\n")


@dataclass(eq=False)
class Child:
    """A forked check run."""

    job: int
    pid: int
    wire: socket.socket
    deadline: float
    timed: bool
    lines: Lines = field(default_factory=Lines)
    finished: bool = False


class Dispatcher:
    """Forks, relays, and kills at the deadline. Runs no author code itself."""

    def __init__(self, wire: socket.socket, *, run_seconds: float, at_once: int) -> None:
        self._wire = wire
        self._run_seconds = run_seconds
        self._at_once = at_once
        self._waiting: deque[dict[str, Any]] = deque()
        self._early_notes: dict[int, list[dict[str, Any]]] = {}
        self._children: dict[int, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(wire, selectors.EVENT_READ, None)
        self._lines = Lines()

    def serve(self) -> None:
        """Work until the other end of the wire is closed; then end every child."""
        try:
            while True:
                for key, _events in self._selector.select(self._next_deadline()):
                    if key.data is None:
                        data = self._wire.recv(65536)
                        if not data:
                            return
                        for message in self._lines.feed(data):
                            self._obey(message)
                    elif key.data.job in self._children:  # a cancel read just now may have ended it
                        self._relay(key.data)
                self._kill_overrunning()
                self._start_waiting()
        finally:
            for child in list(self._children.values()):
                self._end(child)

    def _obey(self, message: dict[str, Any]) -> None:
        job = int(message["job"])
        child = self._children.get(job)
        if "checks" in message:
            self._waiting.append(message)
            self._early_notes[job] = []
        elif "note" in message:
            if child:
                self._tell(child, message["note"])
            elif job in self._early_notes:
                self._early_notes[job].append(message["note"])
        elif "cancel" in message:
            self._waiting = deque(waiting for waiting in self._waiting if waiting["job"] != job)
            self._early_notes.pop(job, None)
            if child:
                self._end(child)

    def _start_waiting(self) -> None:
        while len(self._children) < self._at_once and (message := self._next_waiting()):
            job = int(message["job"])
            child = self._fork(job, Path(message["checks"]), Path(message["socket"]), bool(message.get("timed")))
            self._children[job] = child
            self._selector.register(child.wire, selectors.EVENT_READ, child)
            for note in self._early_notes.pop(job, []):
                self._tell(child, note)

    def _next_waiting(self) -> dict[str, Any] | None:
        """Take the first run that may start now: two runs that measure time would disturb each other."""
        busy = any(child.timed for child in self._children.values())
        found = next((message for message in self._waiting if not (busy and message.get("timed"))), None)
        if found:
            self._waiting.remove(found)
        return found

    def _fork(self, job: int, checks: Path, path: Path, timed: bool) -> Child:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            # Nothing may unwind into the dispatcher's loop: the child always ends here.
            try:
                ours.close()
                self._forget_parent()
                grade(checks, path, theirs, cpu_seconds=int(self._run_seconds) + 2)
            except (BrokenPipeError, ConnectionResetError):
                pass  # nobody wants the rest: the site has ended, or the run was cancelled
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(0)
        theirs.close()
        return Child(job, pid, ours, time.monotonic() + self._run_seconds, timed)

    def _forget_parent(self) -> None:
        """In the child: close what belongs to the dispatcher."""
        self._selector.close()
        self._wire.close()
        for child in self._children.values():
            child.wire.close()

    def _tell(self, child: Child, note: dict[str, Any]) -> None:
        try:
            child.wire.send(json.dumps(note).encode() + b"\n", socket.MSG_DONTWAIT)
        except OSError:
            pass  # it has just ended, or does not read: the note does not matter

    def _relay(self, child: Child) -> None:
        try:
            data = child.wire.recv(65536)
        except ConnectionResetError:  # it has ended with a note unread: unix(7) reports that instead of the end
            data = b""
        for message in child.lines.feed(data):
            child.finished = child.finished or "done" in message
            write_line(self._wire, {"job": child.job, **message})
        if not data:
            self._end(child, lost="died")

    def _kill_overrunning(self) -> None:
        now = time.monotonic()
        for child in list(self._children.values()):
            if child.deadline <= now:
                self._end(child, lost="overran")

    def _end(self, child: Child, lost: str | None = None) -> None:
        del self._children[child.job]
        self._selector.unregister(child.wire)
        child.wire.close()
        os.kill(child.pid, signal.SIGKILL)  # not reaped yet, so the number is still its own
        _, status = os.waitpid(child.pid, 0)
        if lost and not child.finished:
            how = "overran" if lost == "overran" else f"ended early, with {os.waitstatus_to_exitcode(status)}"
            print(f"check run {child.job} {how}", file=sys.stderr, flush=True)
            write_line(self._wire, {"job": child.job, "lost": lost})

    def _next_deadline(self) -> float | None:
        if not self._children:
            return None
        return max(0.0, min(child.deadline for child in self._children.values()) - time.monotonic())


def grade(checks: Path, path: Path, wire: socket.socket, *, cpu_seconds: int) -> None:
    """Run one ``checks.py`` against the server at `path` and write what happens to the wire. Runs in the child."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_ADDRESS_SPACE, CHILD_ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_NOFILE, (CHILD_OPEN_FILES, CHILD_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    reports = Reports()
    threading.Thread(target=_read_notes, args=(wire, reports), daemon=True).start()
    try:
        loaded = load_checks(checks)
        write_line(wire, {"total": len(loaded)})
        summary = run_checks(
            loaded,
            lambda: Server(path, reports),
            begins=lambda check: write_line(wire, {"begins": {"name": check.name, "title": check.title}}),
            report=lambda result: write_line(wire, {"result": result.for_author()}),
        )
    except AuthorError as error:
        print(f"{checks}: {error}", file=sys.stderr)
        summary = RunSummary(0, 0, OUR_FAULT, AuthorFault.of(error.__cause__ or error, checks))
    write_line(wire, {"done": asdict(summary)})


def _read_notes(wire: socket.socket, reports: Reports) -> None:
    lines = Lines()
    while data := wire.recv(65536):
        for note in lines.feed(data):
            reports.note(note)
    os._exit(0)  # the dispatcher is gone: nobody waits for a result


def _give_way() -> None:
    """Let pages go before checks: of the processor, as the programs have it that are checked, and of memory."""
    os.nice(NICE)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as setting:
        setting.write(str(OOM_SCORE_ADJ))


def main() -> None:
    """Serve on descriptor 0; what a ``checks.py`` prints goes to stderr."""
    run_seconds, at_once = float(sys.argv[1]), int(sys.argv[2])
    _give_way()
    wire = socket.socket(fileno=os.dup(0))
    wire.setblocking(True)  # a socket that a gevent process made is non-blocking
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    with contextlib.suppress(
        BrokenPipeError, ConnectionResetError
    ):  # the site has ended meanwhile, so nobody wants results
        write_line(wire, {"job": 0, "warm": True})
        Dispatcher(wire, run_seconds=run_seconds, at_once=at_once).serve()


if __name__ == "__main__":
    main()
