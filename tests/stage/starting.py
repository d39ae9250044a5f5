"""Starts a program: from a warm Python, which takes a hundredth of the time, or as a new one."""

from __future__ import annotations

import array
import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TextIO

HERE = Path(__file__).parent
ALL_WARNINGS = {"PYTHONWARNINGS": "default"}
"""Environment of every program. A Python reads it when it starts, so the warm one has read it for all of them."""


class Forked:
    """A process that the warm Python has forked, with as much of `subprocess.Popen` as tests need."""

    def __init__(self, command: Sequence[str], status: int, stdout: TextIO) -> None:
        self.args = command
        self.stdout = stdout
        self.returncode: int | None = None
        self._status = os.fdopen(status, "rb", buffering=0)
        self._lock = threading.Lock()
        self.pid = int(self._status.readline())

    def poll(self) -> int | None:
        """Return the exit status, or minus the signal; None while it runs."""
        return self._told(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the exit status.

        Raises:
            TimeoutExpired: it still runs.
        """
        status = self._told(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended; its status is on the way
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _told(self, seconds: float | None) -> int | None:
        with self._lock:
            if self.returncode is None and select.select([self._status], [], [], seconds)[0]:
                line = self._status.readline()
                assert line, "the warm Python has ended, and its processes with it"
                self.returncode = int(line)
                self._status.close()
            return self.returncode


class Warm:
    """The warm Python of this process."""

    def __init__(self) -> None:
        self._wire, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(HERE / "warm_python.py"), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **ALL_WARNINGS},
                start_new_session=True,
            )
        atexit.register(self._close)

    def start(self, command: Sequence[str], folder: Path, environment: Mapping[str, str], errors: int | None) -> Forked:
        """Fork a process for the command, a script and its arguments."""
        output, stdout = os.pipe()
        status, told = os.pipe()
        request = {"command": list(command), "folder": str(folder), "environment": dict(environment)}
        descriptors = array.array("i", [stdout, stdout if errors is None else errors, told])
        with self._lock:
            self._wire.sendmsg(
                [json.dumps(request).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors.tobytes())]
            )
        for end in (stdout, told):
            os.close(end)
        return Forked(command, status, os.fdopen(output))

    def _close(self) -> None:
        self._wire.close()
        self._process.wait()


warm = cache(Warm)
"""Started when it is first asked for, and ended with this process."""
Process = subprocess.Popen[str] | Forked


def start(
    script: str,
    *arguments: str,
    cold: bool = False,
    folder: Path | None = None,
    errors_apart: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Process:
    """Start a script of this folder. Its output is text in `stdout`, with its errors in it or, apart, in none.

    Args:
        script: the file's name.
        arguments: of the script.
        cold: as a new Python, which imports everything by itself.
        folder: where it is started; this process's own when None.
        errors_apart: discard what it writes to stderr.
        environment: all of its environment; this process's own when None.
    """
    command = [str(HERE / script), *arguments]
    folder = folder or Path.cwd()
    environment = {**(os.environ if environment is None else environment), **ALL_WARNINGS}
    if cold:
        return subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if errors_apart else subprocess.STDOUT,
            text=True,
            cwd=folder,
            env=environment,
        )
    if not errors_apart:
        return warm().start(command, folder, environment, None)
    with open(os.devnull, "wb") as nowhere:
        return warm().start(command, folder, environment, nowhere.fileno())
