"""What goes wrong on purpose: faults on the connections of a learner's program, killing it and restarting it."""

from __future__ import annotations

from course.learning.refused import Refused
from course.sandbox.client_faults import Fault, FaultRefused
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.host.supervisor import SandboxesUnavailable, Supervisor
from course.sandbox.model import Watcher


def fault(sandbox: Sandbox, fault: Fault) -> None:
    """Put a fault on a connection of a running program, or take it back.

    Raises:
        Refused: the program does not run, or too many clients have faults.
    """
    if sandbox.state.state != "ready":
        raise Refused("not_running", "Your server is not running. Start it first.")
    try:
        sandbox.faults.set(fault)
    except FaultRefused as refusal:
        raise Refused("too_many_faults", str(refusal)) from refusal


def kill(sandbox: Sandbox) -> None:
    """Kill a running program's process at its learner's request.

    Raises:
        Refused: there is nothing to kill.
    """
    if sandbox.state.state != "ready":
        raise Refused("not_running", "Your server is not running, so there is nothing to kill.")
    sandbox.kill()


def restart(sandboxes: Supervisor, sandbox: Sandbox, watcher: Watcher) -> Sandbox:
    """Start a running or a killed program again, at the same address; `watcher` watches it from then on.

    Raises:
        Refused: the program ended for another reason, or no code can be run now.
    """
    if sandbox.state.state != "ready" and not sandbox.was_killed:
        raise Refused("not_running", "Your server is not running any more. Press Run to start it again.")
    try:
        return sandboxes.restart(sandbox, watcher)
    except SandboxesUnavailable as refusal:
        raise Refused("sandbox_unavailable", str(refusal)) from refusal
