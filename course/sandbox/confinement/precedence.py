"""Who gives way when processor or memory is scarce: programs before fork servers, these before the site.

Standard library only: the fork server imports it.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Precedence:
    """How soon a process gives way."""

    nice: int
    """Of the processor; 0 is what the site has, 19 comes last."""
    oom_score_adj: int
    """Of memory: the kernel ends the highest first; 0 is what the site has, 1000 goes before all. See proc(5)."""


PROGRAM = Precedence(nice=2, oom_score_adj=800)
"""A little behind the site, so that Run stays quick; the watchdog sends those far back that compute much."""
FORK_SERVER = Precedence(nice=0, oom_score_adj=300)
"""It forks as fast as ever: Run must not wait behind programs that compute."""


def give_way(precedence: Precedence) -> None:
    """Lower this process and all that it starts, for good: that needs no right, and taking it back does.

    A system may know only some of it: what is missing is left out.
    """
    os.nice(precedence.nice)
    # Where the kernel weighs sessions against each other (autogroup), the number above counts within one only.
    for file, number in (("oom_score_adj", precedence.oom_score_adj), ("autogroup", precedence.nice)):
        with contextlib.suppress(OSError), open(f"/proc/self/{file}", "w") as setting:
            setting.write(str(number))
