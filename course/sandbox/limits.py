"""What one learner's process may use, with units and defaults; an operator may set each. Standard library only.

How large a program may be is in `course.program`; what passes the gateway is limited there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

KB = 1024
MB = 1024 * KB


class LimitRefused(ValueError):
    """A limit was set to something that is not a number, or below 0."""


@dataclass(frozen=True)
class Limits:
    """What one learner's program may use. Each may be set as ``SANDBOX_<NAME>`` in the environment."""

    address_space_bytes: int = 256 * MB
    resident_bytes: int = 160 * MB
    threads: int = 40
    thread_stack_bytes: int = 512 * KB
    processes_of_all: int = 4096
    """RLIMIT_NPROC, counted by the kernel over all processes of the uid: a common ceiling, not one sandbox's."""
    open_files: int = 64
    file_bytes: int = 0
    pending_signals: int = 64
    """Counted by the kernel over all processes of the uid, as RLIMIT_NPROC is."""
    cpu_soft_seconds: int = 30
    cpu_hard_seconds: int = 31
    cpu_burst_seconds: float = 6
    """Processor time that may be used at once, of all threads and processes together."""
    cpu_share: float = 0.25
    """How many seconds of it come back each second."""
    wall_seconds: float = 600
    idle_seconds: float = 120
    idle_warning_seconds: float = 30
    """How long before the idle end the learner is warned."""
    start_seconds: float = 5
    output_bytes_per_second: int = 64 * KB
    output_bytes: int = 1 * MB
    message_bytes: int = 256 * KB
    """Of one message, and of a polling body that a client sends: what the handshake announces as ``maxPayload``."""
    traffic_bytes_per_second: int = 6 * MB
    """Through all connections of a sandbox together; reads, frames and requests count as so many bytes each."""
    engineio_sessions: int = 8
    machine_free_bytes: int = 96 * MB
    """Kept free of the machine's memory for the site: below it no program starts, and the largest one ends."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Limits:
        """Return the defaults, changed by ``SANDBOX_<NAME>`` variables.

        Raises:
            LimitRefused: a variable is not a number, or below 0.
        """
        chosen: dict[str, float] = {}
        for field in fields(cls):
            text = environment.get(f"SANDBOX_{field.name.upper()}")
            if text is None:
                continue
            try:
                value = float(text) if isinstance(field.default, float) else int(text)
            except ValueError:
                value = -1
            if value < 0:
                raise LimitRefused(f"SANDBOX_{field.name.upper()} is {text!r}: it must be a number, not below 0.")
            chosen[field.name] = value
        return cls(**chosen)  # type: ignore[arg-type]
