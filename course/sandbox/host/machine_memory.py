"""How much memory there is for this site, and how much of it is free now: the cgroup's and the machine's word."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

UNLIMITED = 1 << 60
"""A cgroup without a limit gives a number above this, or a word."""


class CgroupFiles(NamedTuple):
    """Where one version of cgroups tells of memory."""

    limit: Path
    used: Path
    statistics: Path
    inactive: str
    """The line of the statistics about pages of files that can be dropped at any time: they count as used."""


_V2 = Path("/sys/fs/cgroup")
_V1 = _V2 / "memory"
CGROUPS = (
    CgroupFiles(_V2 / "memory.max", _V2 / "memory.current", _V2 / "memory.stat", "inactive_file"),
    CgroupFiles(
        _V1 / "memory.limit_in_bytes", _V1 / "memory.usage_in_bytes", _V1 / "memory.stat", "total_inactive_file"
    ),
)
MEMINFO = Path("/proc/meminfo")


def memory_for_the_site() -> int | None:
    """Return the bytes that this site may use: the cgroup's limit, or what the machine has free if that is less."""
    return min(filter(None, (_limit(), _available())), default=None)


def free_memory() -> int | None:
    """Return the bytes that are free now, None where nobody says."""
    return min((each for each in (_free_in_the_cgroup(), _available()) if each is not None), default=None)


def _limit() -> int | None:
    return next((limit for files in CGROUPS if (limit := _number(files.limit)) is not None), None)


def _free_in_the_cgroup() -> int | None:
    for files in CGROUPS:
        limit, used = _number(files.limit), _number(files.used)
        if limit is not None and used is not None:
            return limit - used + (_line(files.statistics, files.inactive) or 0)
    return None


def _available() -> int | None:
    kilobytes = _line(MEMINFO, "MemAvailable:")
    return None if kilobytes is None else kilobytes * 1024


def _number(file: Path) -> int | None:
    try:
        text = file.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() and int(text) < UNLIMITED else None


def _line(file: Path, name: str) -> int | None:
    try:
        with file.open() as lines:
            return next((int(line.split()[1]) for line in lines if line.startswith(name)), None)
    except OSError:
        return None
