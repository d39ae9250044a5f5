"""The warm parent of learners' processes: ``python -m course.sandbox.forkserver.server RUNTIME LIBRARIES``.

It imports once and forks in milliseconds. It is a program of its own, started with a clean environment: it has one
thread, holds no secret, and imports nothing of the course but what its children need. It talks over the socket on its
standard input (`course.sandbox.forkserver.channel`). It ends when that socket does, and its children end with it.

Asked for ``{job, limits, uid, terminal, inside, entry}`` with the descriptors of `run_child`, it says
``{started, pid}`` with a pidfd, or ``{failed, why}``; later ``{exited, status}``: the exit status, or minus the signal.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from course.program import RUNTIMES, Runtime, is_gevent
from course.sandbox import available_modules, native
from course.sandbox.available_modules import Libraries
from course.sandbox.confinement import precedence
from course.sandbox.confinement.lockdown import learner_filter
from course.sandbox.confinement.seccomp_numbers import this_machine
from course.sandbox.confinement.thread_listener import kernel_can_ask
from course.sandbox.forkserver import time_zones
from course.sandbox.forkserver.channel import Channel, ChannelClosed
from course.sandbox.forkserver.full_pages import fill_holes
from course.sandbox.forkserver.thread_gate import ThreadGate

CONTROL = 0
"""The socket to the supervisor is this program's standard input."""

RunChild = Callable[[dict[str, Any], Sequence[int], Sequence[str], native.socket | None], NoReturn]
"""Becomes the learner's process: request, descriptors, the names of our own modules, where its threads are counted."""


class ForkServer:
    """Serves one supervisor.

    Args:
        channel: to the supervisor.
        run_child: never returns.
        counts_threads: of children that have no user of their own.
    """

    def __init__(self, channel: Channel, run_child: RunChild, *, counts_threads: bool) -> None:
        self._channel = channel
        self._run_child = run_child
        self._jobs: dict[int, str] = {}
        self._counts_threads = counts_threads
        self._ours = [name for name in sys.modules if name.split(".")[0] == "course"]
        self._wakeup, self._alarm = os.pipe()
        for end in (self._wakeup, self._alarm):
            os.set_blocking(end, False)
        self._poll = native.poll()
        for readable in (self._channel.fileno(), self._wakeup):
            self._poll.register(readable, select.POLLIN)
        self._gate = ThreadGate(self._poll)

    def serve(self) -> None:
        """Fork and reap until the supervisor is gone."""
        native.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._alarm, warn_on_full_buffer=False)
        for ignored in (signal.SIGINT, signal.SIGTERM):
            native.signal(ignored, signal.SIG_IGN)  # the end of the control socket ends this program, nothing else does
        with contextlib.suppress(ChannelClosed):
            self._channel.send({"warm": os.getpid()})
            while True:
                self._serve_once()
        signal.set_wakeup_fd(-1)
        native.signal(signal.SIGCHLD, signal.SIG_DFL)
        for pid in self._jobs:
            os.kill(pid, signal.SIGKILL)  # nobody else reaps them: the number is still theirs

    def _serve_once(self) -> None:
        events = dict(self._poll.poll(self._gate.patience()))
        self._gate.hear(events)  # first: what follows closes descriptors, and their numbers may be used again
        if self._wakeup in events:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wakeup, 4096)
            self._reap()
        if self._channel.fileno() in events:
            while True:
                request, descriptors = self._channel.receive()
                self._fork(request, descriptors)
                if not self._channel.has_message:
                    break

    def _fork(self, request: dict[str, Any], descriptors: Sequence[int]) -> None:
        for descriptor in descriptors:
            os.set_blocking(descriptor, True)  # they may come from a gevent process, where they do not block
        counted, listener_to = None, None
        if self._counts_threads and request["uid"] is None:
            counted, listener_to = self._gate.expect(request["job"], request["limits"]["threads"])
        try:
            pid = native.fork()
        except OSError as error:
            self._channel.send({"failed": request["job"], "why": error.strerror})
            return
        else:
            if pid == 0:
                self._become_child(request, descriptors, listener_to)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
            if listener_to is not None:
                listener_to.close()
        if counted is not None:
            self._gate.admit(counted, pid)
        self._jobs[pid] = request["job"]
        self._tell_started(request["job"], pid)

    def _tell_started(self, job: str, pid: int) -> None:
        try:
            pidfd = os.pidfd_open(pid)  # before anything is reaped, so it can't be another process's
        except (AttributeError, OSError):  # not this kernel's: the supervisor goes by the number
            self._channel.send({"started": job, "pid": pid})
            return
        try:
            self._channel.send({"started": job, "pid": pid}, [pidfd])
        finally:
            os.close(pidfd)

    def _become_child(
        self, request: dict[str, Any], descriptors: Sequence[int], listener_to: native.socket | None
    ) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM):
                native.signal(number, signal.SIG_DFL)
            os.setsid()
            self._channel.close()
            os.close(self._wakeup)
            os.close(self._alarm)
            self._run_child(request, descriptors, self._ours, listener_to)
        finally:
            os._exit(70)  # never back into the parent's loop

    def _reap(self) -> None:
        while True:
            try:
                pid, status = native.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._gate.forget(pid)
            self._channel.send({"exited": self._jobs.pop(pid, ""), "status": os.waitstatus_to_exitcode(status)})


def prepare(runtime: Runtime, libraries: Libraries = "core", *, confined: bool) -> RunChild:
    """Import everything that children need, and return what makes one of them a learner's process."""
    available_modules.prepare(
        runtime, libraries
    )  # first: it decides what Flask-SocketIO can import, and from which library
    from course.sandbox.forkserver.seeming_places import conceal
    from course.sandbox.learner import file_calls, hooks, way_out
    from course.sandbox.learner.process import run_child
    from course.sandbox.learner.program import Server

    hooks.instrument()

    make_server: Callable[[native.socket], Server]
    if is_gevent(runtime):
        import gevent.socket

        from course.sandbox.learner.gevent_server import GeventServer as make_server
    else:
        from course.sandbox.forkserver.rehearsal import rehearse
        from course.sandbox.learner.threaded_server import LearnerServer as make_server

        rehearse()
    available_modules.warm_up(runtime)  # it also takes back what a server does to the libraries' logs
    if libraries == "more":
        from course.sandbox.forkserver.more_libraries import warm_up
        from course.sandbox.learner import kept_in_memory

        kept_in_memory.install()
        warm_up()
    if confined:
        learner_filter(this_machine())
    way_out.install(*((gevent.socket,) if is_gevent(runtime) else ()))
    time_zones.keep_in_memory()
    file_calls.install()
    conceal()  # last: whatever is imported by now

    def run(
        request: dict[str, Any],
        descriptors: Sequence[int],
        hidden: Sequence[str],
        listener_to: native.socket | None,
    ) -> NoReturn:
        run_child(
            request,
            descriptors,
            runtime=runtime,
            make_server=make_server,
            hidden=hidden,
            listener_to=listener_to,
            confined=confined,
        )

    return run


def main(runtime: Runtime, libraries: Libraries, *, confined: bool) -> None:
    """Warm up, then serve until the supervisor is gone.

    Args:
        runtime: of all children.
        libraries: what all children can import.
        confined: False only where the operator has asked for it (``SANDBOX=unconfined``).
    """
    precedence.give_way(precedence.FORK_SERVER)
    counts_threads = confined and kernel_can_ask()  # before the kernel's release is concealed
    wire = native.socket(fileno=os.dup(CONTROL))
    wire.setblocking(True)  # the flag is shared with the other copies of this end, which gevent may have changed
    run = prepare(runtime, libraries, confined=confined)
    gc.collect()
    _filled = fill_holes()
    gc.freeze()  # without it the first collection in a child would copy every page of the parent
    ForkServer(Channel(wire), run, counts_threads=counts_threads).serve()


if __name__ == "__main__":
    main(
        next((name for name in RUNTIMES if name in sys.argv), "threading"),
        "more" if "more" in sys.argv else "core",
        confined="--unconfined" not in sys.argv,
    )
