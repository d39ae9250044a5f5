"""Run every test in two lanes: first those that may run in parallel, then, alone, those that measure time.

In the first lane the browser tests, which come first, have one worker and all other files have the other one. The
arguments are passed to pytest in both lanes.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass

NO_TESTS_COLLECTED = 5
"""pytest's exit status for an empty selection: the lane has not failed."""


@dataclass(frozen=True)
class Lane:
    """A part of the run: its name, and pytest's options for it."""

    name: str
    options: tuple[str, ...]


LANES = (
    Lane("side by side", ("-n", os.environ.get("WORKERS", "2"), "-m", "not timed")),
    Lane("one by one, timed", ("-m", "timed")),
)


def main(arguments: list[str]) -> int:
    """Run the lanes one after the other, print the times of each, and return 0 if all are green."""
    statuses, lines = [], []
    for lane in LANES:
        began, used = time.monotonic(), processor_seconds()
        status = subprocess.call([sys.executable, "-m", "pytest", *lane.options, *arguments])
        statuses.append(0 if status == NO_TESTS_COLLECTED else status)
        took, processor = time.monotonic() - began, processor_seconds() - used
        lines.append(f"{lane.name}: {took:.0f} s, {processor:.0f} s of processor")
    print("\n".join(lines), f"load {os.getloadavg()[1]:.1f}", sep="\n", flush=True)
    return max(statuses)


def processor_seconds() -> float:
    """Return the processor time of ended processes: all descendants of this one that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
