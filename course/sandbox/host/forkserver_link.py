"""The supervisor's end of the fork server: starts it, asks it for children, hears when they end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import course
from course.program import Runtime
from course.sandbox.available_modules import Libraries
from course.sandbox.forkserver.channel import Channel, ChannelClosed
from course.sandbox.guarded import guarded

ROOT = Path(course.__file__).parents[1]
WARM_SECONDS = 30.0


@dataclass(frozen=True)
class Started:
    """A child of the fork server."""

    pid: int
    pidfd: int | None
    """Means exactly this process, even after its number is used again: pidfd_open(2). None on other systems."""

    def kill(self) -> None:
        """Kill it if it is still alive. Call it once: the pidfd is closed."""
        with contextlib.suppress(ProcessLookupError):
            if self.pidfd is not None:
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Close the pidfd."""
        if self.pidfd is not None:
            with contextlib.suppress(OSError):
                os.close(self.pidfd)


class ForkServerGone(Exception):
    """The fork server has ended; nothing can be started through this link any more."""


class Listener(Protocol):
    """Hears what happens to the children, on the link's thread."""

    def on_started(self, job: str, started: Started) -> None:
        """Hear that a job has its process."""

    def on_failed(self, job: str, why: str) -> None:
        """Hear that no process could be made for a job."""

    def on_exited(self, job: str, status: int) -> None:
        """Hear that a process has ended: its exit status, or minus the signal."""

    def on_gone(self, link: ForkServerLink) -> None:
        """Hear, once, that the fork server has ended without being asked to."""


class ForkServerLink:
    """One life of one runtime's fork server. Under gevent, make it on the main thread: processes are started there.

    Args:
        listener: hears what happens to the children.
        runtime: of the children.
        libraries: what they can import.
        unconfined: start children without confinement; the caller has made sure that this is allowed.

    Raises:
        ForkServerGone: it did not start.
        OSError: the system could not start it.
    """

    def __init__(
        self, listener: Listener, runtime: Runtime, libraries: Libraries = "core", *, unconfined: bool = False
    ) -> None:
        self._listener = listener
        self._closing = False
        self._sending = threading.Lock()
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours)
        with ExitStack() as unless_started, theirs:
            unless_started.callback(self._channel.close)
            command = [sys.executable, "-m", "course.sandbox.forkserver.server", runtime, libraries]
            command += ["--unconfined"] if unconfined else []
            self._process = subprocess.Popen(  # noqa: S603  (our own module, no word from outside)
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
                # Clean: no secret is inherited. One malloc arena: threads would take 64 MB of address space each.
                env={"MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
                start_new_session=True,
            )
            unless_started.pop_all()
        self.pid = self._process.pid
        self._wait_until_warm()
        self._reader = threading.Thread(target=self._read, name="fork server", daemon=True)
        self._reader.start()

    def fork(self, request: dict[str, Any], descriptors: Sequence[int]) -> None:
        """Ask for a child; `on_started` or `on_failed` follows.

        Raises:
            ForkServerGone: it has ended.
        """
        try:
            with self._sending:
                self._channel.send(request, descriptors)
        except ChannelClosed as error:
            raise ForkServerGone(str(error)) from error

    def close(self) -> None:
        """End the fork server and its children, and wait for it."""
        self._closing = True
        self._channel.shutdown()
        self._reader.join()
        self._wait()

    def _wait_until_warm(self) -> None:
        try:
            self._channel.settimeout(WARM_SECONDS)
            self._channel.receive()
            self._channel.settimeout(None)
        except ChannelClosed as error:
            self._process.kill()
            self._process.wait()
            self._channel.close()
            raise ForkServerGone("the fork server did not start") from error

    def _read(self) -> None:
        with contextlib.suppress(ChannelClosed):
            while True:
                message, descriptors = self._channel.receive()
                with guarded("hearing the fork server"):  # or no later exit would be told
                    self._hear(message, descriptors)
        self._channel.close()
        if not self._closing:
            self._wait()
            self._listener.on_gone(self)

    def _hear(self, message: dict[str, Any], descriptors: list[int]) -> None:
        if "started" in message:
            started = Started(message["pid"], descriptors[0] if descriptors else None)
            try:
                self._listener.on_started(message["started"], started)
            except Exception:
                started.kill()  # nobody else knows of it
                raise
        elif "failed" in message:
            self._listener.on_failed(message["failed"], message["why"])
        elif "exited" in message:
            self._listener.on_exited(message["exited"], message["status"])

    def _wait(self) -> None:
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
