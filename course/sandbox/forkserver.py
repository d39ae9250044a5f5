"""The warm parent of every learner's process. ``python -m course.sandbox.forkserver``.

It imports once and forks in milliseconds. It is a program of its own, started with a clean environment: it has one
thread, holds no secret, and imports nothing of the course but what its children need. It talks JSON over the socket
on its standard input; descriptors travel beside the messages (SCM_RIGHTS, unix(7)). It ends when that socket does.
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from typing import Any, NoReturn

from course.sandbox import available_modules  # first: it decides what the libraries below can import
from course.sandbox.child import run_child

REQUEST_BYTES = 256 * 1024
DESCRIPTORS = 4
CONTROL = 0
"""The socket to the supervisor is this program's standard input."""


def main(*, confined: bool) -> None:
    """Serve requests until the supervisor is gone."""
    available_modules.warm_up()
    gc.collect()
    gc.freeze()  # without it the first collection in a child would copy every page of the parent
    wire = socket.socket(fileno=os.dup(CONTROL))
    wire.setblocking(True)  # it may come from a gevent process, where sockets are non-blocking
    wakeup, alarm = socket.socketpair()
    for end in (wakeup, alarm):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(alarm.fileno(), warn_on_full_buffer=False)
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)  # the end of the control socket ends this program, nothing else does
    jobs: dict[int, str] = {}
    _send(wire, {"warm": os.getpid()})
    while True:
        readable, _, _ = select.select([wire, wakeup], [], [])
        if wakeup in readable:
            with contextlib.suppress(BlockingIOError):
                wakeup.recv(4096)
            _reap(wire, jobs)
        if wire in readable:
            data, descriptors, _, _ = socket.recv_fds(wire, REQUEST_BYTES, DESCRIPTORS)
            if not data:
                return
            _fork(wire, json.loads(data), descriptors, jobs, confined)


def _fork(
    wire: socket.socket, request: dict[str, Any], descriptors: list[int], jobs: dict[int, str], confined: bool
) -> None:
    for descriptor in descriptors:
        os.set_blocking(descriptor, True)
    pid = os.fork()
    if pid == 0:
        _become_child(wire, request, descriptors, confined)
    for descriptor in descriptors:
        os.close(descriptor)
    jobs[pid] = request["job"]
    pidfd = os.pidfd_open(pid)  # before anything is reaped, so it can't be another process's
    _send(wire, {"started": request["job"], "pid": pid}, pidfd)
    os.close(pidfd)


def _become_child(wire: socket.socket, request: dict[str, Any], descriptors: list[int], confined: bool) -> NoReturn:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setsid()
    wire.close()
    run_child(request, descriptors, confined=confined)


def _reap(wire: socket.socket, jobs: dict[int, str]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _send(wire, {"exited": jobs.pop(pid, ""), "status": os.waitstatus_to_exitcode(status)})


def _send(wire: socket.socket, message: dict[str, Any], *descriptors: int) -> None:
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the supervisor is gone: the next read says so
        wire.sendmsg([json.dumps(message).encode()], ancillary)


if __name__ == "__main__":
    main(confined="--unconfined" not in sys.argv)
