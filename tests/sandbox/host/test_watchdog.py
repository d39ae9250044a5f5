"""The rules of the limits that are measured from outside, without a process."""

import os
from dataclasses import dataclass, field
from typing import Any

import pytest

from course.sandbox.host.clocks import Clocks
from course.sandbox.host.watchdog import TICKS, Watchdog
from course.sandbox.limits import Limits


@dataclass
class Stub:
    """A sandbox that remembers how it was ended."""

    limits: Limits = field(default_factory=Limits)
    id: str = "w1-stub"
    clocks: Clocks = field(default_factory=lambda: Clocks(started_at=0.0))
    pid: int | None = None
    end_code: str = ""
    reason: str = ""

    @property
    def ended(self) -> bool:
        return bool(self.end_code)

    def end(self, state: str, reason: str, code: str) -> None:
        assert state == "limited"
        self.end_code, self.reason = code, reason

    def warn_idle(self) -> None:
        self.clocks.idle_warned = True


def running(*, used_at: float = 0.0, **asked: Any) -> Stub:
    """A sandbox that has been ready since second 0."""
    return Stub(clocks=Clocks(started_at=0.0, ready_at=0.0, used_at=used_at), **asked)


def looked_at(sandbox: Any, *moments: float) -> Any:
    watchdog = Watchdog(lambda: [sandbox])
    for moment in moments:
        watchdog.look(sandbox, moment)
    return sandbox


def test_who_waits_in_the_queue_has_no_limits() -> None:
    assert not looked_at(Stub(clocks=Clocks()), 10_000).ended


@pytest.mark.parametrize(("moment", "code"), [(4.9, ""), (5.1, "start")])
def test_the_start_has_five_seconds(moment: float, code: str) -> None:
    assert looked_at(Stub(), moment).end_code == code


@pytest.mark.parametrize(("moment", "code", "warned"), [(89, "", False), (91, "", True), (121, "idle", False)])
def test_idleness_is_warned_of_and_ended(moment: float, code: str, warned: bool) -> None:
    sandbox = looked_at(running(), moment)
    assert (sandbox.end_code, sandbox.clocks.idle_warned) == (code, warned)


@pytest.mark.parametrize(("moment", "code"), [(599, ""), (601, "wall")])
def test_a_run_has_ten_minutes_however_much_it_is_used(moment: float, code: str) -> None:
    assert looked_at(running(used_at=moment), moment).end_code == code


def test_memory_is_what_the_kernel_says() -> None:
    sandbox = looked_at(running(pid=os.getpid(), limits=Limits(resident_bytes=1)), 1)
    assert sandbox.end_code == "memory"


@pytest.mark.parametrize(
    ("busy", "code"), [([1] * 7 + [0] + [1] * 7, ""), ([1] * 10, "cpu")], ids=["with a rest", "without one"]
)
def test_a_rest_begins_the_busy_time_anew(monkeypatch: pytest.MonkeyPatch, busy: list[int], code: str) -> None:
    used = 0

    class Kernel:
        """The files of /proc: a process without memory that has used so many seconds."""

        def __init__(self, path: str) -> None:
            self.path = path

        def read_text(self) -> str:
            ticks = ["0"] * 10 + [str(used * TICKS), "0"]
            return "0 0 0" if self.path.endswith("statm") else f"1 (python) R {' '.join(ticks)}"

    monkeypatch.setattr("course.sandbox.host.watchdog.Path", Kernel)
    sandbox = running(pid=1)
    watchdog = Watchdog(lambda: [sandbox])  # type: ignore[list-item]
    watchdog.look(sandbox, 0)  # type: ignore[arg-type]
    for second, seconds in enumerate(busy, start=1):
        used += seconds
        watchdog.look(sandbox, second)  # type: ignore[arg-type]
    assert sandbox.end_code == code


def test_a_process_that_is_gone_is_left_to_its_end() -> None:
    assert not looked_at(running(pid=2**22 + 1), 1, 2, 3).ended


def test_a_sandbox_that_can_not_be_looked_at_does_not_end_the_watch() -> None:
    class Broken(Stub):
        def warn_idle(self) -> None:
            raise RuntimeError("a mistake of ours")

    looks: list[int] = []

    def all_running() -> list[Any]:
        looks.append(1)
        if len(looks) == 2:
            watchdog._stopped.set()
        return [
            Broken(
                clocks=Clocks(started_at=0.0, ready_at=0.0), limits=Limits(idle_seconds=1e12, idle_warning_seconds=1e12)
            )
        ]

    watchdog = Watchdog(all_running)
    watchdog.start()
    watchdog._thread.join(10)
    assert len(looks) == 2
