"""A warm Python: it has imported what lessons' programs import, and forks a process for each request.

A start costs a few hundredths of a second of processor time here, and half a second as a new Python. What only a cold
start shows (the order of imports, their warnings) is tested by the programs that claims start with ``cold=True``.

``python warm_python.py DESCRIPTOR`` talks over that socket: one message asks for ``{command, folder, environment}``,
with the descriptors of stdout, stderr and a pipe, on which it writes the process's number and later its exit status, or
minus its signal. It ends when the socket does, and its processes end with it.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import json
import os
import random
import runpy
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

IMPORTED = (
    "flask_socketio",
    "simple_websocket",
    "werkzeug.serving",
    "engineio.async_drivers.threading",
    "engineio.async_drivers.gevent",
    "gevent.pywsgi",
)
"""gevent is imported but not running: no hub is made before a program makes one, so that none is forked."""
MESSAGE_BYTES = 256 * 1024
DESCRIPTORS = 3


class WarmPython:
    """Forks until the socket ends."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._status: dict[int, int] = {}
        """The pipe of each running process."""

    def serve(self) -> list[str]:
        """Fork and reap; return in a child, with its command, and empty at the end."""
        wakeup, alarm = os.pipe()
        for end in (wakeup, alarm):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            readable, _, _ = select.select([self._wire, wakeup], [], [])
            if wakeup in readable:
                os.read(wakeup, 4096)
                self._reap()
            if self._wire in readable:
                request, descriptors = self._receive()
                if not request:
                    break
                if self._fork(descriptors):
                    return become(request, descriptors)
        for pid in self._status:
            os.kill(pid, signal.SIGKILL)  # nobody else reaps them: the id is still theirs
        return []

    def _receive(self) -> tuple[dict[str, Any], list[int]]:
        room = socket.CMSG_SPACE(DESCRIPTORS * array.array("i").itemsize)
        data, ancillary, _, _ = self._wire.recvmsg(MESSAGE_BYTES, room)
        descriptors = array.array("i")
        for _, _, content in ancillary:
            descriptors.frombytes(content)
        return (json.loads(data) if data else {}), list(descriptors)

    def _fork(self, descriptors: list[int]) -> bool:
        """Return whether this is the child."""
        pid = os.fork()
        if pid == 0:
            self._wire.close()  # the last output of a program must not be about our own objects
            return True
        *streams, status = descriptors
        for stream in streams:
            os.close(stream)
        self._status[pid] = status
        self._tell(status, pid)
        return False

    def _reap(self) -> None:
        while self._status:
            pid, ended = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            status = self._status.pop(pid)
            self._tell(status, os.waitstatus_to_exitcode(ended))
            os.close(status)

    @staticmethod
    def _tell(status: int, number: int) -> None:
        with contextlib.suppress(BrokenPipeError):  # the process that asked for it no longer listens
            os.write(status, b"%d\n" % number)


def become(request: dict[str, Any], descriptors: list[int]) -> list[str]:
    """Become the process that was asked for, as if just started; return its command."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    os.setpgid(0, 0)
    for number, descriptor in enumerate(descriptors[:2], start=1):
        os.dup2(descriptor, number)
    os.closerange(3, 4096)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    random.seed()
    return list(request["command"])


def main() -> None:
    wire = socket.socket(fileno=int(sys.argv[1]))
    for name in IMPORTED:
        importlib.import_module(name)
    assert len(os.listdir("/proc/self/task")) == 1, "a thread that is lost in the children may hold a lock"
    gc.collect()
    gc.freeze()
    command = WarmPython(wire).serve()
    if command:
        sys.argv[:] = command
        sys.path[0] = str(Path(command[0]).parent)
        runpy.run_path(command[0], run_name="__main__")


if __name__ == "__main__":
    main()
