"""When processor or memory is scarce: real programs, and a machine whose free memory is what a file says."""

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from course.sandbox.host import machine_memory
from course.sandbox.host.slots import MEMORY_PER_SLOT
from course.sandbox.host.watchdog import NICE_OF_THE_BUSY
from course.sandbox.limits import MB, Limits
from tests.sandbox.gateway.stage import until
from tests.stage.host import PATIENCE, Host

pytestmark = pytest.mark.both_modes

HOLDS = """
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app)
hoard = b"x" * {mb}_000_000
socketio.run(app)
"""
ENOUGH = Limits().machine_free_bytes + 2 * MEMORY_PER_SLOT


@pytest.fixture
def free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Say how much memory is free."""
    said = tmp_path / "meminfo"
    monkeypatch.setattr(machine_memory, "CGROUPS", ())
    monkeypatch.setattr(machine_memory, "MEMINFO", said)

    def say(free: int) -> None:
        written = said.with_suffix(".new")
        written.write_text(f"MemAvailable: {free // 1024} kB\n")
        written.replace(said)

    say(ENOUGH)
    return say


def nice_of(thread: Path) -> int:
    """Return the priority of a thread, given by its folder. Source: proc(5)."""
    return int((thread / "stat").read_text().rpartition(")")[2].split()[16])


def test_the_largest_program_goes_when_the_machine_is_short_of_memory(host: Host, free: Callable[[int], None]) -> None:
    small, large, middle = (host.run(HOLDS.format(mb=mb)) for mb in (1, 90, 50))
    for each in (small, large, middle):
        each.ready()
    free(Limits().machine_free_bytes - MB)
    change = large.end()
    free(ENOUGH)
    assert (change.state, change.code) == ("limited", "machine_memory")
    assert "this server is short of memory" in change.reason
    assert small.get()[0] == 404, "nobody is served any more"


def test_without_free_memory_a_program_waits_in_the_queue(host: Host, free: Callable[[int], None]) -> None:
    free(Limits().machine_free_bytes)
    waiting = [host.start("adds"), host.start("adds")]
    assert [each.sandbox.state.queue_position for each in waiting] == [1, 2]
    free(ENOUGH)
    for each in waiting:
        each.ready()


def test_a_program_that_has_computed_much_waits_for_the_others(limited_host: Callable[..., Host]) -> None:
    host = limited_host(cpu_burst_seconds=0.6, cpu_share=0)
    running = host.start("misbehaves_on_request").ready()
    process = psutil.Process(running.sandbox.pid)
    slowest = min(19, psutil.Process().nice() + NICE_OF_THE_BUSY)
    with running.client().accepted() as client:
        client.emit("compute")

        def all_threads_wait() -> bool:
            threads = list(Path(f"/proc/{process.pid}/task").iterdir())
            return len(threads) > 1 and {nice_of(each) for each in threads} == {slowest}

        until(all_threads_wait, PATIENCE)
        change = running.end()
    assert (change.state, change.code) == ("limited", "cpu")
