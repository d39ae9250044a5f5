"""Starts, finds and ends the sandboxes of one web process."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import time
from collections import deque
from dataclasses import asdict
from pathlib import Path

from course.sandbox.forkserver_link import ForkServerGone, ForkServerLink, Started, close_descriptors
from course.sandbox.limits import Limits
from course.sandbox.model import Program, Purpose, Watcher
from course.sandbox.probe import probe
from course.sandbox.sandbox import Sandbox, close_sockets
from course.sandbox.slots import Slots, slots_for_this_host
from course.sandbox.watchdog import Watchdog

FIRST_UID = 60_000
UIDS = 4_000
RESTARTS_A_MINUTE = 5
ENDED_KEPT = 500
"""How many ended sandboxes stay known, so that their addresses say "it has ended" and not "never heard of it"."""
HOST_DIED = "The process that hosts everybody's programs had to be restarted. Press Run to start yours again."


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
        self._link: ForkServerLink | None = None
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
        older = self.of_learner(learner, purpose)
        if older is not None:
            older.end("stopped", "A newer run took its place.", "replaced")
        sandbox_id = f"{self._owner}-{secrets.token_hex(16)}"
        socket_path = self._directory / sandbox_id
        sandbox = Sandbox(sandbox_id, learner, purpose, program, watcher, self.limits, socket_path, self._on_end)
        with self._lock:
            self._sandboxes[sandbox_id] = sandbox
        position = self._slots.take(sandbox_id, lambda: self._launch(sandbox))
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
        link = self._link
        if link is None or sandbox.ended:
            sandbox.end("crashed", HOST_DIED, "sandbox_host_died")
            return
        with self._lock:
            sandbox.uid = self._uids.popleft() if self._uids is not None else None
        theirs = sandbox.launch()
        request = {
            "job": sandbox.id,
            "files": dict(sandbox.program.files),
            "limits": asdict(sandbox.limits),
            "uid": sandbox.uid,
            "terminal": sandbox.program.terminal,
        }
        try:
            link.fork(request, [each.fileno() for each in theirs])
        except ForkServerGone:
            sandbox.end("crashed", HOST_DIED, "sandbox_host_died")
        finally:
            close_sockets(theirs)

    def _on_end(self, sandbox: Sandbox) -> None:
        with self._lock:
            if sandbox.uid is not None and self._uids is not None:
                self._uids.append(sandbox.uid)  # to the far end of the line: not used again for a long time
            self._ended.append(sandbox.id)
            while len(self._ended) > ENDED_KEPT:
                self._sandboxes.pop(self._ended.popleft(), None)
        self._slots.give_back(sandbox.id)
        for position, waiting in enumerate(self._slots.queue(), start=1):
            queued = self.get(waiting)
            if queued is not None and queued.state.state == "queued" and queued.state.queue_position != position:
                queued.queue(position)

    # The fork server

    def _new_link(self) -> ForkServerLink:
        return ForkServerLink(self._on_started, self._on_exited, self._on_gone, unconfined=self._unconfined)

    def _on_started(self, job: str, started: Started) -> None:
        sandbox = self.get(job)
        if sandbox is None:
            close_descriptors([started.pidfd])
        else:
            sandbox.has_process(started)

    def _on_exited(self, job: str, status: int) -> None:
        sandbox = self.get(job)
        if sandbox is not None:
            sandbox.process_exited(status)

    def _on_gone(self, link: ForkServerLink) -> None:
        """Tell the learners concerned, and start a new fork server, unless it keeps dying."""
        with self._lock:
            if self._link is not link:
                return
            self._link = None
        for sandbox in self.all():
            if sandbox.state.state != "queued":
                sandbox.end("crashed", HOST_DIED, "sandbox_host_died")
        now = time.monotonic()
        if len(self._restarts) == RESTARTS_A_MINUTE and now - self._restarts[0] < 60:
            self.unavailable = "Running code is off: its host process keeps ending. The operator's log says why."
            return
        self._restarts.append(now)
        try:
            self._link = self._new_link()
        except (OSError, ForkServerGone) as error:
            self.unavailable = f"Running code is off: the fork server did not start again ({error})."
