"""The warm parent of every learner's process. ``python -m course.sandbox.forkserver``.

It imports once and forks in milliseconds. It is a program of its own, started with a clean environment: it has one
thread, holds no secret, and imports nothing of the course but what its children need. It talks over the socket on its
standard input (`course.sandbox.channel`). It ends when that socket does, and its children end with it.

Asked for ``{job, limits, uid, terminal}`` with the descriptors that `course.sandbox.child.run_child` takes, it says
``{started, pid}`` with a pidfd, or ``{failed, why}``; later ``{exited, status}``: the exit status, or minus the signal.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from course.sandbox import available_modules  # first: it decides what the libraries below can import
from course.sandbox.channel import Channel, ChannelClosed
from course.sandbox.child import run_child

CONTROL = 0
"""The socket to the supervisor is this program's standard input."""


class ForkServer:
    """Serves one supervisor.

    Args:
        channel: to the supervisor.
        confined: False only where the operator has asked for it (``SANDBOX=unconfined``).
    """

    def __init__(self, channel: Channel, *, confined: bool) -> None:
        self._channel = channel
        self._confined = confined
        self._jobs: dict[int, str] = {}
        self._ours = [name for name in sys.modules if name.split(".")[0] == "course"]
        self._wakeup, self._alarm = socket.socketpair()
        for end in (self._wakeup, self._alarm):
            end.setblocking(False)

    def serve(self) -> None:
        """Fork and reap until the supervisor is gone."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._alarm.fileno(), warn_on_full_buffer=False)
        for ignored in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ignored, signal.SIG_IGN)  # the end of the control socket ends this program, nothing else does
        with contextlib.suppress(ChannelClosed):
            self._channel.send({"warm": os.getpid()})
            while True:
                self._serve_once()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for pid in self._jobs:
            os.kill(pid, signal.SIGKILL)  # nobody else reaps them: the number is still theirs

    def _serve_once(self) -> None:
        readable, _, _ = select.select([self._channel.fileno(), self._wakeup.fileno()], [], [])
        if self._wakeup.fileno() in readable:
            with contextlib.suppress(BlockingIOError):
                self._wakeup.recv(4096)
            self._reap()
        if self._channel.fileno() in readable:
            while True:
                request, descriptors = self._channel.receive()
                self._fork(request, descriptors)
                if not self._channel.has_message:
                    break

    def _fork(self, request: dict[str, Any], descriptors: Sequence[int]) -> None:
        for descriptor in descriptors:
            os.set_blocking(descriptor, True)  # they may come from a gevent process, where they do not block
        try:
            pid = os.fork()
        except OSError as error:
            self._channel.send({"failed": request["job"], "why": error.strerror})
            return
        else:
            if pid == 0:
                self._become_child(request, descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
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

    def _become_child(self, request: dict[str, Any], descriptors: Sequence[int]) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            os.setsid()
            self._channel.close()
            self._wakeup.close()
            self._alarm.close()
            run_child(request, descriptors, hidden=self._ours, confined=self._confined)
        finally:
            os._exit(70)  # never back into the parent's loop

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._channel.send({"exited": self._jobs.pop(pid, ""), "status": os.waitstatus_to_exitcode(status)})


def main(*, confined: bool) -> None:
    """Warm up, then serve until the supervisor is gone."""
    wire = socket.socket(fileno=os.dup(CONTROL))
    wire.setblocking(True)  # the flag is shared with the other copies of this end, which gevent may have changed
    available_modules.warm_up()
    gc.collect()
    gc.freeze()  # without it the first collection in a child would copy every page of the parent
    ForkServer(Channel(wire), confined=confined).serve()


if __name__ == "__main__":
    main(confined="--unconfined" not in sys.argv)
