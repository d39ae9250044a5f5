"""The fork server of one runtime and its libraries as the supervisor sees it: opened once, started again if it dies."""

from __future__ import annotations

import itertools
import json
import logging
import tempfile
import threading
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from course.program import Runtime
from course.sandbox.available_modules import Libraries
from course.sandbox.confinement.probe import probe
from course.sandbox.confinement.verdict import SELF_TEST, Verdict
from course.sandbox.guarded import guarded
from course.sandbox.host.endings import NOT_STARTED_REASON
from course.sandbox.host.forkserver_link import ForkServerGone, ForkServerLink, Started
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.model import IllegalStep, State

log = logging.getLogger(__name__)

RESTARTS_A_MINUTE = 5
HOST_DIED = "The process that hosts everybody's programs had to be restarted. Press Run to start yours again."
LOCK_FAILED = "This machine can no longer confine a learner's program under {runtime}, so none is run under it."
PROBE_AGAIN_SECONDS = 60.0
"""At most once in this time: a machine that is short of memory must not be kept busy with probing."""
OFF = "Running code is off:"
OFF_WITH_MORE = "Programs with databases and other large libraries can't run here:"
CLOSED = "This server is shutting down. Press Run again in a moment."


class RuntimeHost:
    """Starts programs under one runtime and with its libraries. Safe to use from several threads or greenlets.

    Args:
        runtime: of its programs.
        libraries: what they can import.
        directory: for files that are gone at once.
        unconfined: run programs without confinement (development on loopback only; the settings see to that).
    """

    def __init__(self, runtime: Runtime, libraries: Libraries, directory: Path, *, unconfined: bool) -> None:
        self.runtime = runtime
        self.libraries = libraries
        self.opened = False
        self.unavailable: str | None = None
        """Why no program can be run under this runtime, as a sentence for the learner, once it was opened."""
        self._directory = directory
        self._unconfined = unconfined
        self._link: ForkServerLink | None = None
        self._restarting = self._closed = False
        self._off = OFF if libraries == "core" else OFF_WITH_MORE
        self._held: list[Sandbox] = []
        """Sandboxes that start as soon as the next fork server is there."""
        self._jobs: dict[str, tuple[Sandbox, int]] = {}
        """What the fork server calls a process → its sandbox, and which of its processes. A name is never used again:
        a process that comes or goes late is not taken for one of the run that follows at the same address."""
        self._numbers = itertools.count()
        self._probed_at = 0.0
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
            self.opened, self._closed, self.unavailable = True, True, CLOSED
            link, self._link = self._link, None
            held, self._held = self._held, []
        if link is not None:
            link.close()
        self._end_all("stopped", CLOSED, "site_closed")
        for sandbox in held:
            sandbox.end("stopped", CLOSED, "site_closed")

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
        except Exception:
            log.exception("%s could not be started", sandbox.id)
            _not_started(sandbox, "The operator's log says why.")

    def _fork(self, link: ForkServerLink, sandbox: Sandbox) -> None:
        """Ask for every process of the sandbox. Nobody waits for those that are never asked for."""
        processes, asked = len(sandbox.program.processes), 0
        try:
            with ExitStack() as theirs:  # the children have copies of their own
                ends = sandbox.launch(self._on_unconfined)
                for each in itertools.chain(*ends):
                    theirs.callback(each.close)
                for number in range(processes):
                    # A file without a name, because a program may be larger than what fits between two sockets at once.
                    with tempfile.TemporaryFile("w+", encoding="ascii", dir=self._directory) as program:
                        json.dump(dict(sandbox.program.files), program)
                        program.seek(0)
                        descriptors = [program.fileno(), *(each.fileno() for each in ends[number])]
                        self._ask(link, sandbox, number, descriptors)
                        asked += 1
        finally:
            for number in range(asked, processes):
                sandbox.process_exited(number, None)

    def _ask(self, link: ForkServerLink, sandbox: Sandbox, number: int, descriptors: list[int]) -> None:
        job = f"{sandbox.id}/{next(self._numbers)}"
        request = {
            "job": job,
            "limits": asdict(sandbox.limits),
            "uid": sandbox.uid,
            "terminal": sandbox.program.terminal,
            "inside": number == 0,  # not by what the program is run for: it must not know
            "entry": sandbox.program.processes[number],
        }
        with self._lock:
            self._jobs[job] = (sandbox, number)
        try:
            link.fork(request, descriptors)
        except BaseException:
            with self._lock:
                self._jobs.pop(job, None)
            raise

    def _new_link(self) -> ForkServerLink:
        return ForkServerLink(self, self.runtime, self.libraries, unconfined=self._unconfined)

    # What the fork server says. No code of a learner's has ever run in it.

    def on_started(self, job: str, started: Started) -> None:
        """Hand a new process to its sandbox."""
        sandbox, number = self._jobs[job]
        sandbox.has_process(number, started)

    def on_failed(self, job: str, why: str) -> None:
        """Tell a sandbox that there is no process for it."""
        sandbox, number = self._take(job)
        sandbox.process_exited(number, None)
        _not_started(sandbox, why)

    def on_exited(self, job: str, status: int) -> None:
        """Tell a sandbox that its process has ended."""
        sandbox, number = self._take(job)
        sandbox.process_exited(number, status)

    def _take(self, job: str) -> tuple[Sandbox, int]:
        with self._lock:
            return self._jobs.pop(job)

    def on_gone(self, link: ForkServerLink) -> None:
        """End the sandboxes that it hosted, and start a new fork server, unless it keeps dying."""
        with self._lock:
            if self._link is not link:
                return
            self._link, self._restarting = None, True
        self._end_all("crashed", HOST_DIED, "sandbox_host_died")
        why = self._restart()
        with self._lock:
            held, self._held = self._held, []
            self._restarting = False
            if why:
                self.refuse(why)
        for sandbox in held:
            self.launch(sandbox)

    def _end_all(self, state: State, reason: str, code: str) -> None:
        """End the sandboxes whose processes the fork server has taken with it: no exit of theirs will be told."""
        with self._lock:
            jobs, self._jobs = list(self._jobs.values()), {}
        for sandbox, number in jobs:
            with guarded(f"ending {sandbox.id}"):
                sandbox.process_exited(number, None)
                sandbox.end(state, reason, code)

    def _on_unconfined(self, verdict: Verdict) -> None:
        """Hear that a process could not be confined and has left before it saw any code.

        Each process is its own judge, so nothing runs unconfined whatever is decided here. A failed step may have been
        a moment without memory: this machine is tried again, and its answer counts.
        """
        log.error("a process under %s was not confined: %s: %s", self.runtime, verdict.layer, verdict.message)
        if verdict.layer == SELF_TEST:
            self.refuse(LOCK_FAILED.format(runtime=self.runtime))
            return
        with self._lock:
            now = time.monotonic()
            if self.unavailable or now - self._probed_at < PROBE_AGAIN_SECONDS:
                return
            self._probed_at = now
        report = probe(self.runtime)
        if not report.ok:
            self.refuse(report.reason)

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
            if not self._closed:
                self._link = link
                return ""
        link.close()
        return CLOSED


def _not_started(sandbox: Sandbox, why: str) -> None:
    """End a sandbox whose process could not be started, which is not its program's fault."""
    sandbox.end("crashed", f"{NOT_STARTED_REASON} ({why})", "not_started")
