"""The rules of the limits that are measured from outside, without a process."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from course.sandbox.host import watchdog as watching
from course.sandbox.host.clocks import Clocks
from course.sandbox.host.processes import Usage
from course.sandbox.host.watchdog import NICE, NICE_OF_THE_BUSY, QUIET_BYTES, THREADS_UNDER_WAY, Watchdog
from course.sandbox.limits import MB, Limits


@dataclass
class Stub:
    """A sandbox that remembers how it was ended."""

    limits: Limits = field(default_factory=Limits)
    id: str = "w1-stub"
    learner: str = "Ada"
    clocks: Clocks = field(default_factory=lambda: Clocks(started_at=0.0))
    pids: tuple[int, ...] = ()
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


class Kernel:
    """What a kernel says of some processes; it counts how often it was asked."""

    def __init__(self) -> None:
        self.usages: dict[int, Usage] = {}
        self.used: dict[int, float] = {}
        self.nice: dict[int, int] = {}
        self.asked = 0

    def set(self, pid: int, *, used: float = 1.0, mb: int = 40, threads: int = 1, headless: bool = False) -> None:
        self.used[pid] = used
        self.usages[pid] = Usage(mb * MB, threads, headless)

    def processor_seconds(self, pid: int) -> float | None:
        return self.used.get(pid)

    def usage_of(self, pid: int) -> Usage | None:
        self.asked += 1
        return self.usages.get(pid)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    said = Kernel()
    monkeypatch.setattr(watching, "processor_seconds", said.processor_seconds)
    monkeypatch.setattr(watching, "usage_of", said.usage_of)
    monkeypatch.setattr(watching.os, "getpriority", lambda which, pid: 0)
    monkeypatch.setattr(watching.os, "setpriority", lambda which, pid, nice: said.nice.__setitem__(pid, nice))
    yield said


@pytest.mark.parametrize(("each", "code"), [(53, ""), (54, "memory")])
def test_memory_is_what_all_processes_hold_together(kernel: Kernel, each: int, code: str) -> None:
    for pid in (1, 2, 3):
        kernel.set(pid, mb=each)
    assert looked_at(running(pids=(1, 2, 3)), 1).end_code == code


@pytest.mark.parametrize(("each", "code"), [(40 + THREADS_UNDER_WAY, ""), (41 + THREADS_UNDER_WAY, "threads")])
def test_threads_are_counted_over_all_processes(kernel: Kernel, each: int, code: str) -> None:
    kernel.set(1, threads=each - 5)
    kernel.set(2, threads=5)
    sandbox = looked_at(running(pids=(1, 2)), 1)
    assert sandbox.end_code == code
    assert not code or f"{each} threads" in sandbox.reason


def test_a_main_thread_that_is_gone_ends_the_program_when_it_is_seen_twice(kernel: Kernel) -> None:
    # A process that is just ending looks the same for a moment.
    sandbox = running(pids=(1,))
    kernel.set(1, headless=True, mb=0)
    assert not looked_at(sandbox, 1).ended
    assert looked_at(sandbox, 1, 1.2).end_code == "headless"


@pytest.mark.parametrize(
    ("processes", "each_second", "seconds", "code"),
    [
        (1, 0.2, 100, ""),  # as much as comes back
        (1, 1.0, 7, ""),
        (1, 1.0, 9, "cpu"),
        (1, 2.0, 4, "cpu"),  # on two cores: half the time
        (2, 0.5, 9, "cpu"),
        (1, 0.45, 40, "cpu"),  # on a busy machine: later, but it comes
    ],
)
def test_processor_time_is_a_budget_that_fills_again(
    kernel: Kernel, processes: int, each_second: float, seconds: int, code: str
) -> None:
    sandbox = running(pids=tuple(range(processes)), used_at=1e9)
    watchdog = Watchdog(lambda: [sandbox])  # type: ignore[list-item]
    for second in range(seconds + 1):
        for pid in sandbox.pids:
            kernel.set(pid, used=each_second * second)
        watchdog.look(sandbox, second)  # type: ignore[arg-type]
    assert sandbox.end_code == code


def test_processor_time_of_all_processes_has_an_end(kernel: Kernel) -> None:
    sandbox = running(pids=(1, 2, 3), limits=Limits(cpu_burst_seconds=1000))
    for pid in sandbox.pids:
        kernel.set(pid, used=10.1)
    assert looked_at(sandbox, 1).end_code == "cpu"


def test_who_has_used_up_half_of_the_budget_waits_for_the_others(kernel: Kernel) -> None:
    sandbox = running(pids=(1, 2))
    kernel.set(1, used=1.4)
    kernel.set(2, used=1.4)
    looked_at(sandbox, 1)
    assert kernel.nice == {1: NICE, 2: NICE}
    kernel.set(2, used=1.8)
    looked_at(sandbox, 1)
    assert kernel.nice == {1: NICE_OF_THE_BUSY, 2: NICE_OF_THE_BUSY}


@pytest.mark.parametrize(
    ("learner", "seconds_later", "nice"), [("Ada", 1, NICE_OF_THE_BUSY), ("Grace", 1, NICE), ("Ada", 60, NICE)]
)
def test_running_again_gives_a_program_a_new_budget_but_not_its_learner(
    kernel: Kernel, learner: str, seconds_later: int, nice: int
) -> None:
    watchdog = Watchdog(list)
    for number in range(3):
        kernel.set(number, used=2.5)
        watchdog.look_at_all([running(pids=(number,), used_at=1e9)], number)  # type: ignore[list-item]
        assert kernel.nice[number] == (NICE_OF_THE_BUSY if number == 2 else NICE)
    kernel.set(9, used=0.1)
    anew = running(pids=(9,), used_at=1e9, learner=learner, limits=Limits(wall_seconds=1e9))
    watchdog.look_at_all([anew], 2 + seconds_later)  # type: ignore[list-item]
    assert kernel.nice[9] == nice
    assert not anew.ended


def test_learners_who_have_rested_are_forgotten(kernel: Kernel) -> None:
    watchdog = Watchdog(list)
    kernel.set(1, used=2.0)
    watchdog.look_at_all([running(pids=(1,), used_at=1e9)], 1)  # type: ignore[list-item]
    assert list(watchdog._learners) == ["Ada"]
    watchdog.look_at_all([], 20)
    assert watchdog._learners == {}


@pytest.mark.parametrize(("used", "nice"), [(0.2, {}), (0.3, {1: NICE})])
def test_a_start_has_the_sites_own_priority_unless_it_computes_much(
    kernel: Kernel, used: float, nice: dict[int, int]
) -> None:
    kernel.set(1, used=used)
    looked_at(Stub(pids=(1,)), 1)
    assert kernel.nice == nice


def test_a_program_is_sent_back_though_it_rests_from_its_start_on(kernel: Kernel) -> None:
    sandbox = Stub(pids=(1,))
    kernel.set(1, used=0.1)
    watchdog = Watchdog(lambda: [sandbox])  # type: ignore[list-item]
    watchdog.look(sandbox, 1)  # type: ignore[arg-type]
    assert kernel.nice == {}
    sandbox.clocks.ready_at = sandbox.clocks.used_at = 1.0
    watchdog.look(sandbox, 2)  # type: ignore[arg-type]
    assert kernel.nice == {1: NICE}


def test_a_program_at_rest_is_not_looked_at_closely(kernel: Kernel) -> None:
    sandbox = running(pids=(1,))
    watchdog = Watchdog(lambda: [sandbox])  # type: ignore[list-item]
    kernel.set(1, used=0.1)
    for moment in range(20):
        watchdog.look(sandbox, moment)  # type: ignore[arg-type]
    assert kernel.asked == 1
    kernel.set(1, used=0.11, mb=1000)
    watchdog.look(sandbox, 20)  # type: ignore[arg-type]
    assert sandbox.end_code == "memory"


def test_little_by_little_is_noticed_too(kernel: Kernel) -> None:
    sandbox = running(pids=(1,))
    watchdog = Watchdog(lambda: [sandbox])  # type: ignore[list-item]
    for moment in range(1, 30):
        kernel.set(1, used=moment * watching.AT_REST_SECONDS / 3, mb=1000)
        watchdog.look(sandbox, moment)  # type: ignore[arg-type]
    assert sandbox.end_code == "memory"


def short_of_memory(kernel: Kernel, *held: int, free: int) -> list[Stub]:
    """Look twice at programs that hold so many MB; what the first look ends is still going at the second."""
    sandboxes = [running(id=f"w1-{number}", pids=(number,)) for number in range(len(held))]
    for number, mb in enumerate(held):
        kernel.set(number, mb=mb)
    watchdog = Watchdog(list, free=lambda: free)
    for moment in (1, 2):
        watchdog.look_at_all(sandboxes, moment)  # type: ignore[arg-type]
    return sandboxes


def test_when_the_machine_is_short_of_memory_the_largest_program_goes(kernel: Kernel) -> None:
    codes = [each.end_code for each in short_of_memory(kernel, 70, 120, 90, free=95 * MB)]
    assert codes == ["", "machine_memory", ""]


def test_the_next_one_goes_when_the_first_is_gone_and_that_was_not_enough(kernel: Kernel) -> None:
    first, second = running(pids=(1,)), running(id="w1-2", pids=(2,))
    kernel.set(1, mb=100)
    kernel.set(2, mb=90)
    watchdog = Watchdog(list, free=lambda: 0)
    watchdog.look_at_all([first, second], 1)  # type: ignore[list-item]
    del kernel.usages[1]
    watchdog.look_at_all([second], 2)  # type: ignore[list-item]
    assert (first.end_code, second.end_code) == ("machine_memory", "machine_memory")


def test_while_enough_is_free_nobody_goes(kernel: Kernel) -> None:
    assert not any(each.ended for each in short_of_memory(kernel, 70, 120, free=96 * MB))


def test_small_programs_stay_since_their_end_would_free_nothing(kernel: Kernel) -> None:
    assert not any(each.ended for each in short_of_memory(kernel, QUIET_BYTES // MB, 40, free=0))


def test_a_process_that_is_gone_is_left_to_its_end() -> None:
    assert not looked_at(running(pids=(2**22 + 1,)), 1, 2, 3).ended


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
