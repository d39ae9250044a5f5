"""What the kernel says of a process, asked from outside: processor time, memory, threads."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")
_PROCESS_CLOCK = 2  # CPUCLOCK_SCHED: clock_gettime(2) takes a process id, turned round, in the upper bits


@dataclass(frozen=True)
class Usage:
    """What one process uses now."""

    processor_seconds: float
    """Of all its threads, ended ones too."""
    resident_bytes: int
    threads: int
    main_thread_gone: bool
    """The kernel then says nothing of the memory that the other threads go on using."""


def processor_seconds(pid: int) -> float | None:
    """Return what a process has computed so far, None when it is gone: one system call, so it may be asked often."""
    try:
        return time.clock_gettime(~pid << 3 | _PROCESS_CLOCK)
    except (AttributeError, OSError):  # it is gone, or this kernel does not know other processes' clocks
        usage = usage_of(pid)
        return None if usage is None else usage.processor_seconds


def usage_of(pid: int) -> Usage | None:
    """Return what a process uses, None when it is gone. Source: proc(5), /proc/pid/stat, from its third field on."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    state, threads = fields[0], int(fields[17])
    return Usage(
        processor_seconds=(int(fields[11]) + int(fields[12])) / TICKS,
        resident_bytes=int(fields[21]) * PAGE_BYTES,
        threads=threads,
        main_thread_gone=state == "Z" and threads > 1,
    )
