"""The fork server of one runtime and its libraries as the supervisor sees it: opened once, started again if it dies."""

from __future__ import annotations

import json
import logging
import tempfile
import threading
import time
from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from course.program import Runtime
from course.sandbox.available_modules import Libraries
from course.sandbox.confinement.probe import probe
from course.sandbox.host.forkserver_link import ForkServerGone, ForkServerLink, Started
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.model import IllegalStep

log = logging.getLogger(__name__)

RESTARTS_A_MINUTE = 5
HOST_DIED = "The process that hosts everybody's programs had to be restarted. Press Run to start yours again."
NOT_STARTED = "The server could not start your program, which is not your fault. Wait a moment, then press Run."
OFF = "Running code is off:"
OFF_WITH_MORE = "Programs with databases and other large libraries can't run here:"
CLOSED = "This server is shutting down. Press Run again in a moment."


class Sandboxes(Protocol):
    """Finds the sandboxes of all runtimes."""

    def get(self, sandbox_id: str, /) -> Sandbox | None:
        """Return the sandbox of that id."""

    def all(self) -> list[Sandbox]:
        """Return every living sandbox."""


class RuntimeHost:
    """Starts programs under one runtime and with its libraries. Safe to use from several threads or greenlets.

    Args:
        runtime: of its programs.
        libraries: what they can import.
        directory: for files that are gone at once.
        sandboxes: finds the sandbox that an event is about.
        unconfined: run programs without confinement (development on loopback only; the settings see to that).
    """

    def __init__(
        self, runtime: Runtime, libraries: Libraries, directory: Path, sandboxes: Sandboxes, *, unconfined: bool
    ) -> None:
        self.runtime = runtime
        self.libraries = libraries
        self.opened = False
        self.unavailable: str | None = None
        """Why no program can be run under this runtime, as a sentence for the learner, once it was opened."""
        self._directory = directory
        self._sandboxes = sandboxes
        self._unconfined = unconfined
        self._link: ForkServerLink | None = None
        self._off = OFF if libraries == "core" else OFF_WITH_MORE
        self._restarting = False
        self._held: list[Sandbox] = []
        """Sandboxes that start as soon as the next fork server is there."""
        self._restarts: deque[float] = deque(maxlen=RESTARTS_A_MINUTE)
        self._lock = threading.RLock()
        self._opening = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Return the process id of the fork server, while there is one."""
        return self._link.pid if self._link else None

    def open(self) -> None:
        """Probe this machine and start the fork server, once. Never raises: `unavailable` says what is wrong.

        Under gevent, call it on the main thread (in any greenlet): processes are started there.
        """
        with self._opening:
            if self.opened:
                return
            report = None if self._unconfined else probe(self.runtime)
            if report is not None and not report.ok:
                self.refuse(report.reason)
            else:
                try:
                    self._link = self._new_link()
                except (OSError, ForkServerGone) as error:
                    self.refuse(f"{self._off} the fork server did not start ({error}).")
            self.opened = True

    def close(self) -> None:
        """End the fork server for good."""
        with self._opening, self._lock:
            self.opened, self.unavailable = True, CLOSED
            link, self._link = self._link, None
        if link is not None:
            link.close()

    def refuse(self, reason: str) -> None:
        """Take no more programs; the first reason that is given is kept. Programs that run go on."""
        with self._lock:
            self.unavailable = self.unavailable or reason
            log.error("programs under %s can't be run: %s", self.runtime, reason)

    def launch(self, sandbox: Sandbox) -> None:
        """Start the sandbox's process, now or with the next fork server. When that fails, the sandbox ends."""
        with self._lock:
            link = self._link
            if sandbox.ended:
                return
            if self._restarting:
                self._held.append(sandbox)
                return
        try:
            if link is None:
                raise ForkServerGone
            self._fork(link, sandbox)
        except IllegalStep:
            return  # ended in this very moment
        except ForkServerGone:
            sandbox.end("crashed", HOST_DIED, "sandbox_host_died")
        except OSError as error:
            _not_started(sandbox, error.strerror or str(error))

    def _fork(self, link: ForkServerLink, sandbox: Sandbox) -> None:
        request = {
            "job": sandbox.id,
            "limits": asdict(sandbox.limits),
            "uid": sandbox.uid,
            "terminal": sandbox.program.terminal,
            "inside": sandbox.purpose == "run",  # a check judges what clients see
        }
        # A file without a name, because a program may be larger than what fits between two sockets at once.
        with tempfile.TemporaryFile("w+", encoding="ascii", dir=self._directory) as program:
            json.dump(dict(sandbox.program.files), program)
            program.seek(0)
            theirs = sandbox.launch()
            try:
                link.fork(request, [*(each.fileno() for each in theirs), program.fileno()])
            finally:
                for each in theirs:  # the child has copies of its own
                    each.close()

    def _new_link(self) -> ForkServerLink:
        return ForkServerLink(self, self.runtime, self.libraries, unconfined=self._unconfined)

    # What the fork server says

    def on_started(self, job: str, started: Started) -> None:
        """Hand a new process to its sandbox."""
        sandbox = self._sandboxes.get(job)
        if sandbox is None:
            started.kill()
        else:
            sandbox.has_process(started)

    def on_failed(self, job: str, why: str) -> None:
        """Tell a sandbox that there is no process for it."""
        sandbox = self._sandboxes.get(job)
        if sandbox is not None:
            _not_started(sandbox, why)

    def on_exited(self, job: str, status: int) -> None:
        """Tell a sandbox that its process has ended."""
        sandbox = self._sandboxes.get(job)
        if sandbox is not None:
            sandbox.process_exited(status)

    def on_gone(self, link: ForkServerLink) -> None:
        """End the sandboxes that it hosted, and start a new fork server, unless it keeps dying."""
        with self._lock:
            if self._link is not link:
                return
            self._link, self._restarting = None, True
        for sandbox in self._sandboxes.all():
            program = sandbox.program
            is_ours = (program.runtime, program.libraries) == (self.runtime, self.libraries)
            if sandbox.clocks.started_at is not None and is_ours:
                sandbox.end("crashed", HOST_DIED, "sandbox_host_died")
        why = self._restart()
        with self._lock:
            held, self._held = self._held, []
            self._restarting = False
            if why:
                self.refuse(why)
        for sandbox in held:
            self.launch(sandbox)

    def _restart(self) -> str:
        """Start a new fork server; return why that failed, or nothing."""
        now = time.monotonic()
        if len(self._restarts) == RESTARTS_A_MINUTE and now - self._restarts[0] < 60:
            return f"{self._off} its host process keeps ending. The operator's log says why."
        self._restarts.append(now)
        try:
            link = self._new_link()
        except (OSError, ForkServerGone) as error:
            return f"{self._off} the fork server did not start again ({error})."
        with self._lock:
            self._link = link
        return ""


def _not_started(sandbox: Sandbox, why: str) -> None:
    """End a sandbox whose process could not be started, which is not its program's fault."""
    sandbox.end("crashed", f"{NOT_STARTED} ({why})", "not_started")
