"""Why a sandbox ended, in words. Pure."""

from __future__ import annotations

import signal

from course.sandbox.host.control_messages import Ended
from course.sandbox.limits import Limits
from course.sandbox.model import StateChange

AGAIN = "Press Run to start it again."
USED_UP = "Stopped: your program has used up its {seconds} s of processor time. Let it compute less."
KILLED_REASON = (
    "You killed the server process: no handler ran, and nobody was told. "
    "Press Restart to start the same program again; its clients come back by themselves."
)


def ending_of(said: Ended | None, exit_code: int | None, limits: Limits) -> StateChange:
    """Return the last state of a sandbox whose process is gone.

    Args:
        said: the child's own reason, which takes precedence.
        exit_code: as Popen has it, below 0 for a signal; None when it is unknown.
        limits: of the sandbox.
    """
    if said is not None:
        return StateChange("limited" if said.code == "memory" else "crashed", said.reason, said.code, error=said.error)
    if exit_code == -signal.SIGXCPU:
        return StateChange("limited", USED_UP.format(seconds=limits.cpu_soft_seconds), "cpu")
    if exit_code == -signal.SIGSYS:
        asked = "Your program asked the system for something that is never allowed here."
        return StateChange("crashed", asked, "forbidden")
    if exit_code is not None and exit_code < 0:
        return StateChange("crashed", f"Your program was ended by {_name(-exit_code)}. {AGAIN}", "killed")
    return StateChange("crashed", f"Your program ended by itself. {AGAIN}", "exited")


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
