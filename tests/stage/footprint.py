"""What a process holds of its machine, and that it does not grow with what is done to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

SETTLE_SECONDS = 20.0
"""What is ended late, such as a connection that is drained for a few seconds, is waited for."""


@dataclass(frozen=True)
class Footprint:
    """Counts, and megabytes."""

    descriptors: int
    threads: int
    processes: int
    memory: float

    @classmethod
    def of(cls, pid: int) -> Footprint:
        """Measure a process; those that it has started count as `processes`."""
        process = psutil.Process(pid)
        return cls(
            process.num_fds(),
            process.num_threads(),
            len(process.children(recursive=True)),
            process.memory_info().rss / 1e6,
        )

    def exceeds(self, other: Footprint, memory: float) -> bool:
        """Return whether there is more of anything, or `memory` MB more."""
        return (
            self.descriptors > other.descriptors
            or self.threads > other.threads
            or self.processes > other.processes
            or self.memory > other.memory + memory
        )


def settled(pid: int, seconds: float = 1.0) -> Footprint:
    """Return what a process holds once it holds no less for a while."""
    least, since = Footprint.of(pid), time.monotonic()
    while time.monotonic() - since < seconds:
        time.sleep(0.05)
        if (now := Footprint.of(pid)).descriptors < least.descriptors or now.threads < least.threads:
            least, since = now, time.monotonic()
    return least


def does_not_grow(
    pid: int, cases: int, case: Callable[[int], object], *, memory: float, quiet: Callable[[], str]
) -> None:
    """Try all cases, by number: what the process holds after the first tenth is enough for the rest.

    Args:
        pid: of the process; this one's own is fine.
        cases: how many.
        case: tries one.
        memory: MB that may come on top: allocators keep what they had once.
        quiet: returns what was logged that should not have been; asked after each tenth.
    """
    first: Footprint | None = None
    tenth = max(1, cases // 10)
    for number in range(cases):
        case(number)
        if number % tenth == tenth - 1:
            assert not (logged := quiet()), f"up to case {number}: {logged}"
            first = first or settled(pid)
    assert first is not None
    end = time.monotonic() + SETTLE_SECONDS
    while (now := Footprint.of(pid)).exceeds(first, memory):
        assert time.monotonic() < end, f"after the first tenth {first}, at the end {now}"
        time.sleep(0.05)
    assert not (logged := quiet()), logged
