"""Why a sandbox ended, in words. Pure."""

from __future__ import annotations

import signal

from course.sandbox.host.control_messages import EndDescribed
from course.sandbox.limits import Limits
from course.sandbox.model import State, StateChange

AGAIN = "Press Run to start it again."
USED_UP = "Stopped: your program has used up its {seconds} s of processor time. Let it compute less."
KILLED_REASON = (
    "You killed the server process: no handler ran, and nobody was told. "
    "Press Restart to start the same program again; its clients come back by themselves."
)

NOT_STARTED_REASON = "The server could not start your program, which is not your fault. Wait a moment, then press Run."
NOT_CONFINED = StateChange("crashed", NOT_STARTED_REASON, "not_started")
LOST = StateChange("crashed", f"The server has lost sight of your program, which is not your fault. {AGAIN}", "lost")


def ending_of(exit_code: int | None, described: EndDescribed | None, limits: Limits) -> StateChange:
    """Return the last state of a sandbox whose process is gone.

    Args:
        exit_code: as Popen has it, below 0 for a signal; None when it is unknown.
        described: the child's own words. They count where the process has left by itself, and never beside a signal.
        limits: of the sandbox.
    """
    if exit_code == -signal.SIGXCPU:
        return StateChange("limited", USED_UP.format(seconds=limits.cpu_soft_seconds), "cpu")
    if exit_code == -signal.SIGSYS:
        asked = "Your program asked the system for something that is never allowed here."
        return StateChange("crashed", asked, "forbidden")
    if exit_code is not None and exit_code < 0:
        return StateChange("crashed", f"Your program was ended by {_name(-exit_code)}. {AGAIN}", "killed")
    if described is not None:
        # A program that has caught its own MemoryError has met a limit: only it can know. The name is for its learner.
        state: State = "limited" if described.code == "memory" else "crashed"
        return StateChange(state, described.reason, described.code, error=described.error)
    return StateChange("crashed", f"Your program ended by itself. {AGAIN}", "exited")


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
