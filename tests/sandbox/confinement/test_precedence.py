"""Who gives way when the processor or the memory is scarce."""

import os
from pathlib import Path

import psutil
import pytest

from course.sandbox.host.watchdog import NICE
from tests.sandbox.gateway.stage import until
from tests.stage.host import PATIENCE, Host

pytestmark = pytest.mark.both_modes


def precedence(pid: int) -> tuple[int, int]:
    """Return nice and oom_score_adj as the kernel has them."""
    return psutil.Process(pid).nice(), int(Path(f"/proc/{pid}/oom_score_adj").read_text())


def test_programs_go_before_the_fork_server_and_that_before_the_site(host: Host) -> None:
    nice, score = precedence(os.getpid())
    fork_server = host.supervisor.forkserver_pid_under("threading") or 0
    assert precedence(fork_server) == (nice, max(300, score))
    program = host.start("adds").ready().sandbox.pid or 0
    until(lambda: precedence(program) == (min(19, nice + NICE), 800), PATIENCE)
