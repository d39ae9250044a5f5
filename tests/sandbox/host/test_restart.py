"""A killed or running program starts again at the same address: one trace, the same faults, a place of its own."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.sandbox.client_faults import Fault
from course.sandbox.host.sandbox import Sandbox
from tests.stage.host import PATIENCE, Host, Memory, Running

pytestmark = pytest.mark.programs


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Host]:
    """A host with one place."""
    with Host(tmp_path, slots=1) as host:
        yield host


def again(host: Host, running: Running) -> Sandbox:
    return host.supervisor.restart(running.sandbox, running.memory)


def test_a_killed_program_says_so_and_goes_on_with_its_trace_and_its_faults(host: Host) -> None:
    running = host.start("adds").ready()
    old = running.sandbox
    old.trace.add("A", "sent", "40", "websocket")
    old.faults.set(Fault("A", "delay", 250))
    old.kill()
    change = running.end()
    assert (change.state, change.code, old.was_killed) == ("crashed", "killed_by_learner", True)
    new = again(host, running)
    assert new.wait_ready(PATIENCE).state == "ready"
    assert host.supervisor.get(old.id) is new and (new.id, new.socket_path) == (old.id, old.socket_path)
    assert new.pid != old.pid
    assert Running(new, running.memory).get("/socket.io/?EIO=4&transport=polling")[0] == 200
    new.trace.add("A", "sent", "41", "websocket")
    new.trace.flush()
    assert [row.frame for row in new.trace.rows] == ["40", "41"]
    assert new.trace.rows[1].time > new.trace.rows[0].time, "one clock"
    assert [mark.kind for mark in new.trace.marks] == ["delayed", "killed", "restarted"]
    assert new.faults.in_force()["A"]["delay"] == 250


def test_a_program_that_is_restarted_keeps_its_place(small: Host) -> None:
    running, waiting = small.start("adds", learner="Ada").ready(), small.start("adds", learner="Grace")
    assert waiting.sandbox.state.state == "queued"
    new = again(small, running)
    assert new.wait_ready(PATIENCE).state == "ready"
    assert waiting.sandbox.state.state == "queued"
    small.supervisor.stop(new.id)
    waiting.ready()


def test_a_killed_program_has_given_its_place_away_and_waits_for_another(small: Host) -> None:
    running, waiting = small.start("adds", learner="Ada").ready(), small.start("adds", learner="Grace")
    running.sandbox.kill()
    waiting.ready()
    new = again(small, running)
    assert new.state.queue_position == 1
    small.supervisor.stop(waiting.id)
    assert new.wait_ready(PATIENCE).state == "ready"


def test_two_restarts_at_once_are_one(host: Host) -> None:
    running = host.start("adds").ready()
    found: list[Sandbox] = []
    calls = [threading.Thread(target=lambda: found.append(again(host, running))) for _ in range(2)]
    for call in calls:
        call.start()
    for call in calls:
        call.join(PATIENCE)
    living = [sandbox for sandbox in host.supervisor.all() if sandbox.id == running.id]
    assert len(living) == 1
    assert living[0] in found and living[0].wait_ready(PATIENCE).state == "ready"


def test_a_restarted_program_is_not_forgotten_with_its_former_self(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.sandbox.host.supervisor.ENDED_KEPT", 1)
    running = host.start("adds", learner="Ada").ready()
    new = again(host, running)
    for _ in range(3):
        other = host.start("adds", learner="Grace")
        host.supervisor.stop(other.id)
    assert host.supervisor.get(new.id) is new


def test_the_end_of_a_sandbox_lets_go_of_everything_that_its_faults_held(host: Host) -> None:
    running = host.start("adds").ready()
    faults = running.sandbox.faults
    faults.set(Fault("A", "freeze", 1))
    held, gone = faults.of("A"), threading.Event()

    def wait() -> None:
        with held.waiting() as changed:
            changed.wait_for(lambda: held.wait_for(held.clock()) == 0)
        gone.set()

    threading.Thread(target=wait, daemon=True).start()
    host.supervisor.stop(running.id)
    assert gone.wait(PATIENCE)


def test_who_joined_before_a_restart_keeps_their_name(host: Host) -> None:
    running = host.start("adds").ready()
    assert running.sandbox.visitors.name("phone") == "phone"
    assert again(host, running).visitors.name("phone") == "phone-2"


def test_a_watcher_hears_what_is_in_force(host: Host) -> None:
    running = host.start("adds").ready()
    told: list[object] = []
    memory: Memory = running.memory
    memory.faults_changed = lambda sandbox_id, in_force: told.append((sandbox_id, in_force))  # type: ignore[method-assign]
    running.sandbox.faults.set(Fault("B", "polling", 1))
    assert told == [(running.id, running.sandbox.faults.in_force())]
