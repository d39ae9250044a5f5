"""The supervisor's end of the fork server: start it, ask it for children, hear when they end."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WARM_SECONDS = 30.0
REPLY_BYTES = 4096


@dataclass(frozen=True)
class Started:
    """A child of the fork server."""

    pid: int
    pidfd: int
    """Stands for exactly this process, even after its number is used again: pidfd_open(2)."""


class ForkServerGone(Exception):
    """The fork server has ended; nothing can be started through this link any more."""


class ForkServerLink:
    """One life of the fork server.

    Args:
        on_started: called with the job and its process, on the link's thread.
        on_exited: called with the job and its exit code (minus the signal that ended it), on the link's thread.
        on_gone: called once, when the fork server has ended for whatever reason.
        unconfined: start children without confinement; the caller has made sure that this is allowed.
    """

    def __init__(
        self,
        on_started: Callable[[str, Started], None],
        on_exited: Callable[[str, int], None],
        on_gone: Callable[[ForkServerLink], None],
        *,
        unconfined: bool = False,
    ) -> None:
        self._on_started, self._on_exited, self._on_gone = on_started, on_exited, on_gone
        self._wire, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "course.sandbox.forkserver", *(["--unconfined"] if unconfined else [])]
            self._process = subprocess.Popen(  # noqa: S603  (our own module, no word from outside)
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
                # Clean: no secret is inherited. One malloc arena: threads would take 64 MB of address space each.
                env={"MALLOC_ARENA_MAX": "1", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._closing = False
        self._sending = threading.Lock()
        self._wire.settimeout(WARM_SECONDS)
        if not self._wire.recv(REPLY_BYTES):
            self._process.wait()
            raise ForkServerGone("The fork server did not start.")
        self._wire.settimeout(None)
        self._reader = threading.Thread(target=self._read, name="fork server", daemon=True)
        self._reader.start()

    def fork(self, request: dict[str, Any], descriptors: Sequence[int]) -> None:
        """Ask for a child; `on_started` follows.

        Raises:
            ForkServerGone: it has ended.
        """
        try:
            with self._sending:
                socket.send_fds(self._wire, [json.dumps(request).encode()], list(descriptors))
        except OSError as error:
            raise ForkServerGone(str(error)) from error

    def close(self) -> None:
        """End the fork server and with it, by their death signal, its children."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                data, descriptors, _, _ = socket.recv_fds(self._wire, REPLY_BYTES, 1)
                if not data:
                    break
                message = json.loads(data)
                if "started" in message:
                    self._on_started(message["started"], Started(message["pid"], descriptors[0]))
                elif "exited" in message:
                    self._on_exited(message["exited"], message["status"])
        self._wire.close()
        if not self._closing:
            self._process.wait()
            self._on_gone(self)


def close_descriptors(descriptors: Sequence[int]) -> None:
    """Close each, whatever became of it."""
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)
