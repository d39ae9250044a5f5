"""Who gives way when processor or memory is scarce: programs before fork servers, these before the site.

Standard library only: the fork server imports it.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Precedence:
    """How soon a process gives way."""

    oom_score_adj: int
    """Of memory: the kernel ends the highest first; 0 is what the site has, 1000 goes before all. See proc(5)."""
    session_nice: int
    """Of the processor, where the kernel weighs sessions against each other (autogroup); 0 is what the site has.

    Elsewhere the watchdog lowers a program when it has started: Run must not wait behind programs that compute."""


PROGRAM = Precedence(oom_score_adj=800, session_nice=2)
FORK_SERVER = Precedence(oom_score_adj=300, session_nice=0)


def give_way(precedence: Precedence) -> None:
    """Lower this process and all that it starts, for good: that needs no right, and taking it back does.

    A system may know only some of it: what is missing is left out.
    """
    for file, number in (("oom_score_adj", precedence.oom_score_adj), ("autogroup", precedence.session_nice)):
        with contextlib.suppress(OSError), open(f"/proc/self/{file}", "w") as setting:
            setting.write(str(number))
