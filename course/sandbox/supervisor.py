"""Starts, finds and ends the sandboxes of one web process."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections import deque
from dataclasses import asdict
from pathlib import Path

from course.sandbox.forkserver_link import ForkServerGone, ForkServerLink, Started
from course.sandbox.limits import Limits
from course.sandbox.model import Program, Purpose, Watcher
from course.sandbox.probe import probe
from course.sandbox.sandbox import IllegalStep, Sandbox, close_sockets
from course.sandbox.slots import Slots, slots_for_this_host
from course.sandbox.watchdog import Watchdog

FIRST_UID = 60_000
UIDS = 4_000
RESTARTS_A_MINUTE = 5
ENDED_KEPT = 500
"""How many ended sandboxes stay known, so that their addresses say "it has ended" and not "never heard of it"."""
HOST_DIED = "The process that hosts everybody's programs had to be restarted. Press Run to start yours again."
NOT_STARTED = "The server could not start your program, which is not your fault. Wait a moment, then press Run."
LOCK_FAILED = "This machine can no longer confine a learner's program, so running code is off here."


class SandboxesUnavailable(Exception):
    """No code can be run now; the message is a sentence for the learner."""


class Supervisor:
    """The sandboxes of one web process. Safe to use from several threads or greenlets.

    Args:
        limits: of every sandbox.
        directory: for the sandboxes' sockets; made private (0700).
        slots: how many may run at once; counted from memory when None.
        owner: the first part of every sandbox id: it names the process that a request must reach.
        unconfined: run programs without confinement (development on loopback only; the settings see to that).
    """

    def __init__(
        self, limits: Limits, directory: Path, *, slots: int | None = None, owner: str = "w1", unconfined: bool = False
    ) -> None:
        self.limits = limits
        self.unavailable: str | None = "Running code has not been started on this server."
        self._directory = directory
        self._owner = owner
        self._unconfined = unconfined
        self._slots = Slots(slots or slots_for_this_host())
        self._sandboxes: dict[str, Sandbox] = {}
        self._ended: deque[str] = deque()
        self._uids = deque(range(FIRST_UID, FIRST_UID + UIDS)) if os.geteuid() == 0 else None
        if self._uids is not None:
            self._uids.rotate(secrets.randbelow(UIDS))  # another site on this machine counts from elsewhere
        self._link: ForkServerLink | None = None
        self._restarting = False
        self._held: list[Sandbox] = []
        """To be started as soon as the next fork server is there."""
        self._restarts: deque[float] = deque(maxlen=RESTARTS_A_MINUTE)
        self._lock = threading.RLock()
        self._watchdog = Watchdog(self.all)

    # Life

    def open(self) -> None:
        """Probe this machine and start the fork server. Never raises: `unavailable` says why code can't be run."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self._directory.chmod(0o700)
        report = None if self._unconfined else probe()
        if report is not None and not report.ok:
            self.unavailable = report.reason
            return
        try:
            self._link = self._new_link()
        except (OSError, ForkServerGone) as error:
            self.unavailable = f"Running code is off: the fork server did not start ({error})."
            return
        self.unavailable = None
        self._watchdog.start()

    def close(self) -> None:
        """End every sandbox and the fork server."""
        with self._lock:
            link, self._link = self._link, None
            self.unavailable = "This server is shutting down. Press Run again in a moment."
        if link is None:
            return
        self._watchdog.stop()
        for sandbox in self.all():
            sandbox.end("stopped", "The site was restarted. Press Run to start your server again.", "site_closed")
        link.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def forkserver_pid(self) -> int | None:
        """Return the process id of the fork server, while there is one."""
        return self._link.pid if self._link else None

    def pause(self, reason: str) -> None:
        """Take no new programs; `reason` is shown to learners."""
        self.unavailable = reason

    def resume(self) -> None:
        """Take programs again."""
        if self._link is not None:
            self.unavailable = None

    # Sandboxes

    def start(self, program: Program, *, learner: str, purpose: Purpose, watcher: Watcher) -> Sandbox:
        """Start `program`; the learner's older sandbox of the same purpose ends.

        Returns:
            The sandbox: ``starting``, or ``queued`` when all slots are taken.

        Raises:
            SandboxesUnavailable: no code can be run now.
        """
        if self.unavailable is not None:
            raise SandboxesUnavailable(self.unavailable)
        sandbox_id = f"{self._owner}-{secrets.token_hex(16)}"
        socket_path = self._directory / sandbox_id
        sandbox = Sandbox(sandbox_id, learner, purpose, program, watcher, self.limits, socket_path, self._on_end)
        with self._lock:
            older = self.of_learner(learner, purpose)
            self._sandboxes[sandbox_id] = sandbox
            position = self._slots.take(
                sandbox_id, lambda: self._launch(sandbox), instead_of=older.id if older is not None else None
            )
        if older is not None:
            older.end("stopped", "A newer run took its place.", "replaced")
        if position:
            sandbox.queue(position)
        else:
            self._launch(sandbox)
        return sandbox

    def get(self, sandbox_id: str, /) -> Sandbox | None:
        """Return the sandbox of that id, ended ones for a while too; None when it is unknown."""
        return self._sandboxes.get(sandbox_id)

    def of_learner(self, learner: str, purpose: Purpose = "run") -> Sandbox | None:
        """Return the learner's living sandbox, if there is one."""
        for sandbox in self.all():
            if sandbox.learner == learner and sandbox.purpose == purpose:
                return sandbox
        return None

    def all(self) -> list[Sandbox]:
        """Return every living sandbox, queued ones too."""
        with self._lock:
            return [sandbox for sandbox in self._sandboxes.values() if not sandbox.ended]

    def stop(self, sandbox_id: str, *, reason: str = "", code: str = "stopped") -> None:
        """End a sandbox; unknown and ended ones are ignored."""
        sandbox = self.get(sandbox_id)
        if sandbox is not None:
            sandbox.end("stopped", reason, code)

    def keep_alive(self, sandbox_id: str) -> None:
        """Start a sandbox's idle clock anew."""
        sandbox = self.get(sandbox_id)
        if sandbox is not None:
            sandbox.touch()

    def _launch(self, sandbox: Sandbox) -> None:
        with self._lock:
            link = self._link
            if sandbox.ended:
                return
            if self._restarting:
                self._held.append(sandbox)
                return
            sandbox.uid = self._uids.popleft() if self._uids is not None else None
        try:
            if link is None:
                raise ForkServerGone
            self._fork(link, sandbox)
        except IllegalStep:
            return  # ended in this very moment
        except ForkServerGone:
            sandbox.end("crashed", HOST_DIED, "sandbox_host_died")
        except OSError as error:
            self.not_started(sandbox, error.strerror or str(error))

    def _fork(self, link: ForkServerLink, sandbox: Sandbox) -> None:
        request = {
            "job": sandbox.id,
            "limits": asdict(sandbox.limits),
            "uid": sandbox.uid,
            "terminal": sandbox.program.terminal,
        }
        # A file without a name, because a program may be larger than what fits between two sockets at once.
        with tempfile.TemporaryFile("w+", encoding="ascii", dir=self._directory) as program:
            json.dump(dict(sandbox.program.files), program)
            program.seek(0)
            theirs = sandbox.launch()
            try:
                link.fork(request, [*(each.fileno() for each in theirs), program.fileno()])
            finally:
                close_sockets(theirs)

    @staticmethod
    def not_started(sandbox: Sandbox, why: str) -> None:
        """End a sandbox whose process could not be made, which is not its program's fault."""
        sandbox.end("crashed", f"{NOT_STARTED} ({why})", "not_started")

    def _on_end(self, sandbox: Sandbox) -> None:
        with self._lock:
            if sandbox.state.code == "lockdown" and self.unavailable is None:
                self.unavailable = f"{LOCK_FAILED} ({sandbox.state.reason})"
            if sandbox.uid is not None and self._uids is not None:
                self._uids.append(sandbox.uid)  # to the far end of the line: not used again for a long time
            self._ended.append(sandbox.id)
            while len(self._ended) > ENDED_KEPT:
                self._sandboxes.pop(self._ended.popleft(), None)
        self._slots.give_back(sandbox.id)
        for position, waiting in enumerate(self._slots.queue(), start=1):
            queued = self.get(waiting)
            if queued is not None:
                queued.queue(position)

    # The fork server

    def _new_link(self) -> ForkServerLink:
        return ForkServerLink(self, unconfined=self._unconfined)

    def on_started(self, job: str, started: Started) -> None:
        """Hand a new process to its sandbox."""
        sandbox = self.get(job)
        if sandbox is None:
            started.kill()
        else:
            sandbox.has_process(started)

    def on_failed(self, job: str, why: str) -> None:
        """Tell a sandbox that there is no process for it."""
        sandbox = self.get(job)
        if sandbox is not None:
            self.not_started(sandbox, why)

    def on_exited(self, job: str, status: int) -> None:
        """Tell a sandbox that its process has ended."""
        sandbox = self.get(job)
        if sandbox is not None:
            sandbox.process_exited(status)

    def on_gone(self, link: ForkServerLink) -> None:
        """Tell the learners concerned, and start a new fork server, unless it keeps dying."""
        with self._lock:
            if self._link is not link:
                return
            self._link, self._restarting = None, True
            concerned = [sandbox for sandbox in self.all() if sandbox.started_at is not None]
        for sandbox in concerned:
            sandbox.end("crashed", HOST_DIED, "sandbox_host_died")
        why = self._restart()
        with self._lock:
            held, self._held = self._held, []
            self._restarting = False
            if why and self.unavailable is None:
                self.unavailable = why
        for sandbox in held:
            self._launch(sandbox)

    def _restart(self) -> str:
        """Start a new fork server; return why that failed, or nothing."""
        now = time.monotonic()
        if len(self._restarts) == RESTARTS_A_MINUTE and now - self._restarts[0] < 60:
            return "Running code is off: its host process keeps ending. The operator's log says why."
        self._restarts.append(now)
        try:
            link = self._new_link()
        except (OSError, ForkServerGone) as error:
            return f"Running code is off: the fork server did not start again ({error})."
        with self._lock:
            self._link = link
        return ""
