"""Sandboxes from the site's side: who gets one, how each comes to its end, and that no end touches another."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from course.program import MAX_SOURCE_BYTES
from course.sandbox.host.supervisor import SandboxesUnavailable, Supervisor
from course.sandbox.limits import MB, Limits
from course.sandbox.model import ENDED, IllegalStep, Program, ProgramRefused, StateChange
from tests.stage.host import PATIENCE, Host, Memory, source_of

pytestmark = pytest.mark.programs

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def open_small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with Host(tmp_path_factory.mktemp("small"), slots=1) as host:
        yield host


@pytest.fixture
def small(open_small: Host) -> Iterator[Host]:
    """A host with one place, which is free before the test and after it."""
    yield open_small
    open_small.stop_all()


# Starting


def test_the_watcher_hears_starting_then_ready(host: Host) -> None:
    running = host.start("adds").ready()
    assert running.memory.states == ["starting", "ready"]


def test_a_sandbox_is_found_by_its_id_and_by_its_learner(host: Host) -> None:
    running = host.start("adds", learner="Ada").ready()
    assert host.supervisor.get(running.id) is running.sandbox
    assert host.supervisor.of_learner("Ada") is running.sandbox
    assert host.supervisor.of_learner("Ada", "check") is None
    assert host.supervisor.of_learner("Grace") is None
    assert host.supervisor.get("w1-" + "0" * 32) is None


def test_an_id_names_its_owner_and_can_not_be_guessed(host: Host) -> None:
    owner, _, number = host.start("adds").id.partition("-")
    assert owner == "w1"
    assert len(bytes.fromhex(number)) == 16


def test_the_socket_is_out_of_reach_for_other_users(host: Host) -> None:
    folder = host.start("adds").ready().sandbox.socket_path.parent
    assert folder.stat().st_mode & 0o077 == 0


def test_a_newer_run_replaces_the_older_one_and_leaves_the_check_alone(host: Host) -> None:
    older = host.start("adds", learner="Ada").ready()
    check = host.start("adds", learner="Ada", purpose="check").ready()
    other = host.start("adds", learner="Grace").ready()
    newer = host.start("adds", learner="Ada").ready()
    assert (older.end().state, older.end().code) == ("stopped", "replaced")
    assert host.supervisor.of_learner("Ada") is newer.sandbox
    assert check.get() == newer.get() == other.get() == (200, "hello")


def test_a_program_without_code_is_refused() -> None:
    with pytest.raises(ProgramRefused, match=r"There is no code in server\.py yet") as refusal:
        Program({"server.py": "  \n"})
    assert refusal.value.code == "empty_program"


def test_a_program_that_is_too_large_is_refused() -> None:
    with pytest.raises(ProgramRefused, match="larger than 192 KB") as refusal:
        Program({"server.py": "x = 1", "static/large.txt": "ü" * (MAX_SOURCE_BYTES // 2)})
    assert refusal.value.code == "source_too_large"


def test_a_program_of_just_the_right_size_runs(host: Host) -> None:
    source = source_of("adds")
    padding = "#" * (MAX_SOURCE_BYTES - len(source))
    assert host.run(source + padding).ready().get() == (200, "hello")


def test_nothing_starts_before_it_is_open(tmp_path: Path) -> None:
    closed = Supervisor(Limits(), tmp_path / "s")
    assert closed.unavailable
    with pytest.raises(SandboxesUnavailable):
        closed.start(Program({"server.py": "x"}), learner="Ada", purpose="run", watcher=Memory())
    closed.close()


# Waiting for a place


def test_who_comes_when_all_places_are_taken_waits_and_starts_by_itself(small: Host) -> None:
    first = small.start("adds").ready()
    second, third = small.start("adds"), small.start("adds")
    assert (second.sandbox.state.state, second.sandbox.state.queue_position) == ("queued", 1)
    assert third.sandbox.state.queue_position == 2
    assert "number 2" in third.sandbox.state.reason
    small.supervisor.stop(first.id)
    assert second.ready().get() == (200, "hello")
    assert third.memory.wait(lambda memory: memory.changes[-1].queue_position == 1)
    assert second.memory.states == ["queued", "starting", "ready"]


def test_who_gives_up_waiting_is_overtaken_by_the_next(small: Host) -> None:
    first = small.start("adds").ready()
    second, third = small.start("adds"), small.start("adds")
    small.supervisor.stop(second.id)
    assert second.end().state == "stopped"
    assert third.memory.wait(lambda memory: memory.changes[-1].queue_position == 1)
    small.supervisor.stop(first.id)
    assert third.ready().get() == (200, "hello")
    assert "starting" not in second.memory.states


def test_pressing_run_again_keeps_the_learners_own_place(small: Host) -> None:
    small.start("adds", learner="Ada").ready()
    waiting = small.start("adds", learner="Grace")
    again = small.start("adds", learner="Ada").ready()
    assert again.get() == (200, "hello")
    assert waiting.sandbox.state.queue_position == 1


def test_pressing_run_again_keeps_the_learners_place_in_the_queue(small: Host) -> None:
    small.start("adds", learner="Ada").ready()
    older = small.start("adds", learner="Grace")
    last = small.start("adds", learner="Edsger")
    newer = small.start("adds", learner="Grace")
    assert older.end().code == "replaced"
    assert newer.sandbox.state.queue_position == 1
    assert last.sandbox.state.queue_position == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives every program a user of its own")
def test_a_user_id_is_not_used_again_for_a_long_time(small: Host) -> None:
    first = small.start("adds").ready()
    second = small.start("adds")  # it waits until everything of the first has been given back
    small.supervisor.stop(first.id)
    second.ready()
    assert first.sandbox.uid is not None
    assert second.sandbox.uid not in (None, first.sandbox.uid)


# Ending


def test_a_stopped_sandbox_says_why_and_its_process_is_gone(host: Host) -> None:
    running = host.start("adds").ready()
    process = psutil.Process(running.sandbox.pid)
    host.supervisor.stop(running.id, reason="Stopped by the operator.", code="operator")
    change = running.end()
    assert (change.state, change.code, change.reason) == ("stopped", "operator", "Stopped by the operator.")
    psutil.wait_procs([process], timeout=PATIENCE)
    assert not process.is_running()
    assert not running.sandbox.socket_path.exists()
    assert host.supervisor.of_learner(running.sandbox.learner) is None
    assert host.supervisor.get(running.id) is running.sandbox


def test_stopping_twice_or_what_is_unknown_is_harmless(host: Host) -> None:
    running = host.start("adds").ready()
    host.supervisor.stop(running.id)
    host.supervisor.stop(running.id)
    host.supervisor.stop("w1-" + "0" * 32)
    host.supervisor.keep_alive("w1-" + "0" * 32)
    running.end()
    assert running.memory.states == ["starting", "ready", "stopped"]


def test_a_sandbox_can_be_stopped_while_it_starts(host: Host) -> None:
    for _ in range(5):
        running = host.start("adds")
        host.supervisor.stop(running.id)
        assert running.end().state == "stopped"
        assert running.memory.states[-1] == "stopped"


def test_a_killed_process_ends_its_own_sandbox_and_no_other(host: Host) -> None:
    victim, neighbour = host.start("adds").ready(), host.start("adds").ready()
    os.kill(victim.sandbox.pid or 0, signal.SIGKILL)
    change = victim.end()
    assert change.state == "crashed"
    assert "Press Run" in change.reason
    assert neighbour.get() == (200, "hello")
    assert host.start("adds").ready().get() == (200, "hello")


def test_an_ended_sandbox_takes_no_further_step(host: Host) -> None:
    running = host.start("adds").ready()
    host.supervisor.stop(running.id)
    running.end()
    with pytest.raises(IllegalStep):
        running.sandbox._step(StateChange("ready"))
    running.sandbox.touch()
    assert running.memory.states[-1] == "stopped"


def test_a_watcher_that_fails_harms_nobody(host: Host) -> None:
    class Broken(Memory):
        def state_changed(self, sandbox_id: str, change: StateChange) -> None:
            super().state_changed(sandbox_id, change)
            raise RuntimeError("a watcher's mistake")

    sandbox = host.supervisor.start(
        Program({"server.py": source_of("adds")}), learner="Ada", purpose="run", watcher=Broken()
    )
    assert sandbox.wait_ready(PATIENCE).state == "ready"
    host.supervisor.stop(sandbox.id)
    assert sandbox.wait_ended(PATIENCE).state == "stopped"


def test_a_place_is_given_back_however_a_program_ends(small: Host) -> None:
    for app in ("syntax_error", "no_run_call", "exits", "ten_gigabytes"):
        assert small.start(app).end().state in ENDED
    assert small.start("adds").ready().get() == (200, "hello")


def test_closing_ends_everything_and_leaves_nothing(tmp_path: Path) -> None:
    with Host(tmp_path) as host:
        running = host.start("adds").ready()
        processes = [
            psutil.Process(running.sandbox.pid),
            psutil.Process(host.supervisor.forkserver_pid_under("threading")),
        ]
        folder = running.sandbox.socket_path.parent
    assert running.sandbox.state.state == "stopped"
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    assert alive == []
    assert not folder.exists()
    assert host.supervisor.unavailable


# Limits, measured from outside


def ending(host: Host, app: str, event: str = "") -> StateChange:
    """Run a program, send it an event, and return how it ended."""
    running = host.start(app)
    if event:
        with running.ready().client().accepted() as client:
            client.emit(event)
            return running.end()
    return running.end()


def test_a_program_that_never_listens_is_ended(limited_host: Callable[..., Host]) -> None:
    change = ending(limited_host(start_seconds=1), "loops_before_run")
    assert (change.state, change.code) == ("limited", "start")
    assert "socketio.run(app)" in change.reason and "loop" in change.reason


def test_a_program_that_computes_without_end_is_ended(limited_host: Callable[..., Host]) -> None:
    change = ending(limited_host(cpu_burst_seconds=0.5, cpu_share=0), "misbehaves_on_request", "compute")
    assert (change.state, change.code) == ("limited", "cpu")
    assert "processor" in change.reason


def test_a_program_that_has_used_up_its_processor_time_is_ended(limited_host: Callable[..., Host]) -> None:
    change = ending(limited_host(cpu_soft_seconds=1, cpu_hard_seconds=2), "misbehaves_on_request", "compute")
    assert (change.state, change.code) == ("limited", "cpu")


def test_a_program_whose_memory_grows_is_ended(limited_host: Callable[..., Host]) -> None:
    change = ending(limited_host(resident_bytes=64 * MB), "misbehaves_on_request", "grow")
    assert (change.state, change.code) == ("limited", "memory")
    assert "64 MB" in change.reason


def test_a_program_is_ended_after_its_time(limited_host: Callable[..., Host]) -> None:
    change = ending(limited_host(wall_seconds=0.5), "adds")
    assert (change.state, change.code) == ("limited", "wall")
    assert "Press Run" in change.reason


def test_a_program_that_nobody_uses_is_ended_after_a_warning(limited_host: Callable[..., Host]) -> None:
    running = limited_host(idle_seconds=1.5, idle_warning_seconds=1).start("adds").ready()
    change = running.end()
    assert (change.state, change.code) == ("limited", "idle")
    assert "Press Run" in change.reason
    assert [(c.state, c.code) for c in running.memory.changes[1:]] == [
        ("ready", ""),
        ("ready", "idle_warning"),
        ("limited", "idle"),
    ]


def test_keep_alive_takes_the_warning_back(limited_host: Callable[..., Host]) -> None:
    host = limited_host(idle_seconds=100, idle_warning_seconds=99.5)
    running = host.start("adds").ready()
    running.memory.wait(lambda memory: memory.changes[-1].code == "idle_warning")
    host.supervisor.keep_alive(running.id)
    assert (running.memory.changes[-1].state, running.memory.changes[-1].code) == ("ready", "")


# The fork server


def test_the_death_of_the_fork_server_is_told_and_the_next_start_works(host: Host) -> None:
    first, second = host.start("adds").ready(), host.start("adds").ready()
    dead = host.supervisor.forkserver_pid_under("threading")
    os.kill(dead or 0, signal.SIGKILL)
    for running in (first, second):
        change = running.end()
        assert (change.state, change.code) == ("crashed", "sandbox_host_died")
        assert "Press Run" in change.reason
    assert host.start("adds").ready().get() == (200, "hello")
    assert host.supervisor.forkserver_pid_under("threading") not in (None, dead)
    assert host.supervisor.unavailable is None


def test_who_presses_run_while_the_fork_server_restarts_gets_a_server(host: Host) -> None:
    victim = host.start("adds").ready()
    os.kill(host.supervisor.forkserver_pid_under("threading") or 0, signal.SIGKILL)
    victim.end()
    assert host.start("adds").ready().get() == (200, "hello")


def test_who_waits_in_the_queue_survives_the_fork_server(small: Host) -> None:
    small.start("adds").ready()
    waiting = small.start("adds")
    os.kill(small.supervisor.forkserver_pid_under("threading") or 0, signal.SIGKILL)
    assert waiting.ready().get() == (200, "hello")


# Without confinement: authors' machines that can't confine, on loopback only


def test_unconfined_programs_run_the_same_and_end_with_the_fork_server(tmp_path: Path) -> None:
    with Host(tmp_path, unconfined=True) as host:
        running = host.start("adds").ready()
        assert running.get() == (200, "hello")
        assert host.start("syntax_error").end().code == "syntax_error"
        process = psutil.Process(running.sandbox.pid)
        os.kill(host.supervisor.forkserver_pid_under("threading") or 0, signal.SIGKILL)
        assert running.end().code == "sandbox_host_died"
        _, alive = psutil.wait_procs([process], timeout=PATIENCE)
        assert alive == []


def test_nothing_runs_unconfined_where_the_lock_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from course.sandbox.confinement.probe import ProbeReport, ProbeRow
    from course.sandbox.host import runtime_host as module

    broken = ProbeReport((ProbeRow("seccomp", "read a file", True, False, "it was allowed"),))
    monkeypatch.setattr(module, "probe", lambda runtime: broken)
    supervisor = Supervisor(Limits(), tmp_path / "s")
    supervisor.open()
    assert supervisor.unavailable is not None and "can't confine" in supervisor.unavailable
    assert supervisor.forkserver_pid_under("threading") is None
    with pytest.raises(SandboxesUnavailable, match="can't confine"):
        supervisor.start(Program({"server.py": "x"}), learner="Ada", purpose="run", watcher=Memory())


# Under gevent

GEVENT = """
from gevent import monkey
monkey.patch_all()
import gevent, sys, time
from pathlib import Path
from tests.stage.host import Host

with Host(Path(sys.argv[1])) as host:
    longest = 0
    def heartbeat():
        global longest
        while True:
            before = time.monotonic()
            time.sleep(0.01)
            longest = max(longest, time.monotonic() - before)
    pulse = gevent.spawn(heartbeat)
    running = [host.start("adds").ready() for _ in range(5)]
    for each in running:
        assert each.get() == (200, "hello")
    failed = host.start("syntax_error").end()
    assert failed.code == "syntax_error", failed
    host.supervisor.stop(running[0].id)
    assert running[0].end().state == "stopped"
    pulse.kill()
print("all well" if longest < 0.5 else longest)
"""


@pytest.mark.timed
def test_it_works_under_gevent_and_holds_nobody_up(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GEVENT, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.stdout == "all well\n", done.stderr[-3000:]


def test_who_finds_the_queue_full_is_told_and_leaves_nothing(small: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.sandbox.host.slots.WAITING_AT_MOST", 1)
    small.start("adds", learner="Ada").ready()
    waiting = small.start("adds", learner="Grace")
    known = set(small.supervisor._sandboxes)
    with pytest.raises(SandboxesUnavailable, match="Too many programs wait"):
        small.start("adds", learner="Edsger")
    assert set(small.supervisor._sandboxes) == known and waiting.sandbox.state.state == "queued"
    assert small.supervisor.of_learner("Edsger") is None
    small.start("adds", learner="Ada").ready()
