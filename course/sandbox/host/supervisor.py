"""Starts, finds and ends the sandboxes of one web process, under every runtime."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections import deque
from collections.abc import Collection
from pathlib import Path

from course.program import RUNTIMES, Runtime
from course.sandbox.available_modules import LIBRARIES, Libraries
from course.sandbox.host.endings import NOT_STARTED_REASON
from course.sandbox.host.machine_memory import free_memory
from course.sandbox.host.runtime_host import CLOSED, RuntimeHost
from course.sandbox.host.sandbox import EXIT_SECONDS, Sandbox
from course.sandbox.host.sandbox_spec import SandboxSpec
from course.sandbox.host.slots import MEMORY_PER_SLOT, QueueFull, Slots, slots_for_this_host
from course.sandbox.host.socket_folder import SocketFolder
from course.sandbox.host.watchdog import Watchdog
from course.sandbox.limits import Limits
from course.sandbox.model import RESTARTING, Program, Purpose, Watcher
from course.shares.addresses import HERE
from course.shares.fair_queue import Share
from course.shares.shares import Shares

log = logging.getLogger(__name__)

FIRST_UID = 60_000
UIDS = 4_000
ENDED_KEPT = 500
"""How many ended sandboxes stay known, so that their addresses say "it has ended" and not "never heard of it"."""
QUEUE_FULL = "Too many programs wait for a place already, so yours was not started. Press Run again in a minute."
NOT_OPEN = "Running code has not been started on this server."


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
        runtimes: whose fork servers are started by `open`; another one's is started by the first program that needs it.
        shares: what an address may have of the slots.
    """

    def __init__(
        self,
        limits: Limits,
        directory: Path,
        *,
        slots: int | None = None,
        owner: str = "w1",
        unconfined: bool = False,
        runtimes: Collection[Runtime] = RUNTIMES[:1],
        shares: Shares | None = None,
    ) -> None:
        self.limits = limits
        self._refusal: str | None = NOT_OPEN
        self._directory = directory
        self._folder = SocketFolder(directory)
        self._owner = owner
        count = slots or slots_for_this_host(limits.threads, len(runtimes))
        self._slots: Slots[Sandbox] = Slots(count, shares, self._has_room)
        self._sandboxes: dict[str, Sandbox] = {}
        self._ended: deque[str] = deque()
        self._uids = deque(range(FIRST_UID, FIRST_UID + UIDS)) if os.geteuid() == 0 else None
        if self._uids is not None:
            self._uids.rotate(secrets.randbelow(UIDS))  # another site on this machine counts from elsewhere
        self._hosts = {
            (runtime, libraries): RuntimeHost(runtime, libraries, directory, unconfined=unconfined)
            for runtime in RUNTIMES
            for libraries in LIBRARIES
        }
        self._at_once = runtimes
        self._lock = threading.RLock()
        self._watchdog = Watchdog(self.all, self._looked)

    # Life

    def open(self) -> None:
        """Probe this machine and start the fork servers: the first one now, the others behind it, one after the other.

        Never raises: `unavailable` says why code can't be run. A program waits for a fork server that is starting.
        """
        self._folder.open()
        first, *others = self._at_once
        self._hosts[first, "core"].open()
        self._refusal = None
        self._watchdog.start()
        threading.Thread(target=self._open_others, args=(others,), name="fork servers", daemon=True).start()

    def _open_others(self, runtimes: Collection[Runtime]) -> None:
        for runtime in runtimes:
            self._hosts[runtime, "core"].open()

    def close(self) -> None:
        """End every sandbox and the fork servers. Closing twice is harmless."""
        with self._lock:
            was_open, self._refusal = self._refusal is None, CLOSED
        if not was_open:
            return
        self._watchdog.stop()
        for sandbox in self.all():
            sandbox.end("stopped", "The site was restarted. Press Run to start your server again.", "site_closed")
        for host in self._hosts.values():
            host.close()
        self._folder.close()

    @property
    def unavailable(self) -> str | None:
        """Return why no program at all can be run now, as a sentence for the learner; None when some can."""
        if self._refusal is not None:
            return self._refusal
        reasons = [host.unavailable for host in self._hosts.values() if host.opened]
        return reasons[0] if reasons and all(reasons) else None

    def unavailable_under(self, runtime: Runtime) -> str | None:
        """Return why no program can be run under this runtime; None when it can, or before anybody has tried."""
        return self.unavailable or self._hosts[runtime, "core"].unavailable

    def forkserver_pid_under(self, runtime: Runtime, libraries: Libraries = "core") -> int | None:
        """Return the process id of a runtime's fork server, while there is one."""
        return self._hosts[runtime, libraries].pid

    def _host_of(self, program: Program) -> RuntimeHost:
        return self._hosts[program.runtime, program.libraries]

    @property
    def runtimes_off(self) -> dict[str, str]:
        """Return the runtimes that no program can be run under, each with the reason."""
        return {
            runtime if libraries == "core" else f"{runtime}, {libraries} libraries": host.unavailable
            for (runtime, libraries), host in self._hosts.items()
            if host.unavailable is not None
        }

    @property
    def places_taken(self) -> int:
        """Return how many places are taken: one for each process that runs or is being started."""
        return self._slots.taken

    # Sandboxes

    def start(
        self, program: Program, *, learner: str, purpose: Purpose, watcher: Watcher, share: Share | None = None
    ) -> Sandbox:
        """Start `program`; the learner's older sandbox of the same purpose ends.

        `share` says whose turn it takes where programs have to wait.

        Returns:
            The sandbox: ``starting``, or ``queued`` when all slots are taken.

        Raises:
            SandboxesUnavailable: no code can be run now, or none under the program's runtime, or too many wait.
        """
        if self.unavailable is None:
            self._host_of(program).open()
        why_not = self.unavailable or self._host_of(program).unavailable
        if why_not is not None:
            raise SandboxesUnavailable(why_not)
        sandbox_id = f"{self._owner}-{secrets.token_hex(16)}"
        spec = SandboxSpec(sandbox_id, learner, purpose, program, self.limits, self._directory / sandbox_id)
        sandbox = Sandbox(spec, watcher, self._on_end)
        with self._lock:
            older = self.of_learner(learner, purpose)
            try:
                position = self._take_place(sandbox, instead_of=older, share=share)
            except QueueFull:
                del self._sandboxes[sandbox.id]
                raise SandboxesUnavailable(QUEUE_FULL) from None
        try:
            if older is not None:
                older.end("stopped", "A newer run took its place.", "replaced")
        finally:
            self._launch_or_queue(sandbox, position)
        return sandbox

    def restart(self, sandbox: Sandbox, watcher: Watcher) -> Sandbox:
        """Start the program of a running or killed sandbox again at the same address, so that its clients find it.

        Returns:
            The sandbox that continues it; if another call has restarted it already, that call's.

        Raises:
            SandboxesUnavailable: no code can be run now.
        """
        if (why_not := self.unavailable or self._host_of(sandbox.program).unavailable) is not None:
            raise SandboxesUnavailable(why_not)
        with self._lock:
            if sandbox.restarted or self.get(sandbox.id) is not sandbox:
                return self.get(sandbox.id) or sandbox
            sandbox.restarted = True
        try:
            sandbox.end("stopped", "It is started again.", RESTARTING)
            sandbox.wait_ended(EXIT_SECONDS)  # somebody else may just be ending it
            sandbox.wait_exited(EXIT_SECONDS)
            again = Sandbox(sandbox.spec, watcher, self._on_end, before=sandbox)
        except BaseException:
            self._slots.give_back(sandbox)  # nobody continues it
            raise
        with self._lock:
            newer = self.of_learner(sandbox.learner, sandbox.purpose)
            position = self._take_place(again, instead_of=sandbox)
        if newer is not None:
            again.end("stopped", "A newer run took its place.", "replaced")
        else:
            self._launch_or_queue(again, position)
        return again

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
        """Start a sandbox's idle clock again."""
        sandbox = self.get(sandbox_id)
        if sandbox is not None:
            sandbox.touch()

    def _take_place(self, sandbox: Sandbox, *, instead_of: Sandbox | None, share: Share | None = None) -> int:
        """Make the sandbox known under its id; return its position in the queue, 0 when it may start now."""
        self._sandboxes[sandbox.id] = sandbox
        places = len(sandbox.program.processes)
        share = share or Share(HERE, sandbox.learner)
        return self._slots.take(
            sandbox, lambda: self._launch(sandbox), places=places, instead_of=instead_of, share=share
        )

    def _has_room(self) -> bool:
        """Return whether the machine has memory for one more program."""
        free = free_memory()
        return free is None or free >= self.limits.machine_free_bytes + MEMORY_PER_SLOT

    def _looked(self) -> None:
        """Let in who waits for memory, if there is some again."""
        if self._slots.let_in():
            self._tell_the_queue()

    def _launch_or_queue(self, sandbox: Sandbox, position: int) -> None:
        if position:
            sandbox.queue(position)
        else:
            self._launch(sandbox)

    def _launch(self, sandbox: Sandbox) -> None:
        try:
            with self._lock:
                if self._uids is not None and not sandbox.ended:
                    sandbox.uid = self._uids.popleft()
            self._host_of(sandbox.program).launch(sandbox)
        except BaseException as error:
            log.exception("%s could not be started", sandbox.id)
            sandbox.end("crashed", NOT_STARTED_REASON, "not_started")
            if not isinstance(error, Exception):
                raise

    def _on_end(self, sandbox: Sandbox) -> None:
        """Take back what it held. It does not matter how it ended."""
        with self._lock:
            if sandbox.uid is not None and self._uids is not None:
                self._uids.append(sandbox.uid)  # to the end of the queue: not used again for a long time
            self._ended.append(sandbox.id)
            while len(self._ended) > ENDED_KEPT:
                oldest = self._ended.popleft()
                if (known := self.get(oldest)) is not None and known.ended:  # it may have been restarted
                    del self._sandboxes[oldest]
            if sandbox.restarted:
                return  # its places go to the one that continues it
        self._slots.give_back(sandbox)
        self._tell_the_queue()

    def _tell_the_queue(self) -> None:
        for position, waiting in enumerate(self._slots.queue(), start=1):
            waiting.queue(position)
