"""What the kernel says of a process, asked from outside: processor time, memory, threads. Source: proc(5)."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROCESS_CLOCK = 2  # CPUCLOCK_SCHED: clock_gettime(2) takes a process id, turned round, in the upper bits
_MEMORY = ("VmRSS:", "VmPTE:", "VmSwap:")
"""What is in memory, the tables that say where (a lone page far from the others needs more of them than it holds), and
what was moved out of memory."""


@dataclass(frozen=True)
class Usage:
    """What one process uses now."""

    memory_bytes: int
    threads: int
    main_thread_gone: bool
    """The kernel then says nothing of the memory that the other threads go on using."""


def processor_seconds(pid: int) -> float | None:
    """Return what a process has computed so far, all its threads together, ended ones too; None when it is gone.

    It is one system call, so it may be asked often.
    """
    try:
        return time.clock_gettime(~pid << 3 | _PROCESS_CLOCK)
    except (AttributeError, OSError):  # it is gone, or this kernel does not know other processes' clocks
        return _ticks(pid)


def _ticks(pid: int) -> float | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS


def usage_of(pid: int) -> Usage | None:
    """Return what a process uses, None when it is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    said = {name: words for name, *words in map(str.split, text.splitlines()) if words}
    threads = int(said["Threads:"][0])
    return Usage(
        memory_bytes=sum(int(said[name][0]) for name in _MEMORY if name in said) * 1024,
        threads=threads,
        main_thread_gone=said["State:"][0] == "Z" and threads > 1,
    )
