"""What the gateway needs to know about the programs that run, and nothing about how they are run."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from course.sandbox.faults import Faults
from course.sandbox.limits import Limits
from course.sandbox.model import Program, StateChange
from course.sandbox.trace import Trace


class RunningSandbox(Protocol):
    """What the gateway needs of a sandbox."""

    @property
    def state(self) -> StateChange: ...  # noqa: D102
    @property
    def program(self) -> Program: ...  # noqa: D102
    @property
    def socket_path(self) -> Path: ...  # noqa: D102
    @property
    def trace(self) -> Trace: ...  # noqa: D102
    @property
    def faults(self) -> Faults: ...  # noqa: D102
    @property
    def limits(self) -> Limits: ...  # noqa: D102
    def touch(self) -> None: ...  # noqa: D102
    def notice(self, text: str, /) -> None: ...  # noqa: D102


class Sandboxes(Protocol):
    """Finds a sandbox by its id; the supervisor is one."""

    def get(self, sandbox_id: str, /) -> RunningSandbox | None: ...  # noqa: D102
