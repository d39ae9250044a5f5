"""What a sandbox is asked to be, and where its processes listen."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from course.sandbox.guarded import guarded
from course.sandbox.limits import Limits
from course.sandbox.model import Program, Purpose

BACKLOG = 64


@dataclass(frozen=True)
class SandboxSpec:
    """A restarted program has the same one."""

    id: str
    """``<owner>-<32 hex digits>``"""
    learner: str
    """The owner of the program."""
    purpose: Purpose
    """A run of their own, or a check."""
    program: Program
    limits: Limits
    socket_path: Path
    """Where its server will listen: its first process."""

    @property
    def socket_paths(self) -> list[Path]:
        """Return where each process will listen."""
        others = range(2, len(self.program.processes) + 1)
        return [self.socket_path, *(self.socket_path.with_name(f"{self.id}-{number}") for number in others)]

    def listen(self) -> list[socket.socket]:
        """Return a listening socket for each process.

        Raises:
            OSError: no descriptors are left, or no room for a socket's file. Files that were made stay.
        """
        with ExitStack() as made:
            listeners = []
            for path in self.socket_paths:
                listener = made.enter_context(socket.socket(socket.AF_UNIX))
                listener.bind(str(path))
                listener.listen(BACKLOG)
                listeners.append(listener)
            made.pop_all()
        return listeners

    def remove_sockets(self) -> None:
        """Remove the files of the sockets, where there are any."""
        for path in self.socket_paths:
            with guarded(f"removing a socket of {self.id}"):
                path.unlink(missing_ok=True)
