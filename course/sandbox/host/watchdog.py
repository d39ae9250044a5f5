"""Limits measured from outside, out of the program's reach: memory, threads, processor, wall clock, idleness."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from course.sandbox.host.endings import USED_UP
from course.sandbox.host.machine_memory import free_memory
from course.sandbox.host.processes import Usage, processor_seconds, usage_of
from course.sandbox.host.processor_budget import ProcessorBudget
from course.sandbox.host.sandbox import Sandbox
from course.sandbox.limits import MB, Limits

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.2
AT_REST_SECONDS = 0.0005
"""Who has computed less than this since the last look can't have taken much memory, nor started many threads."""
THREADS_UNDER_WAY = 8
"""Beyond the limit: threads that were counted while they were being started (`forkserver.thread_gate`)."""
QUIET_BYTES = 56 * MB
"""A program that holds no more has little of its own (the rest it shares with the others): ending it frees nothing."""
START_SECONDS = 0.25
"""Processor time that a start may take at the site's own priority: Run must not wait behind programs that compute."""
NICE, NICE_OF_THE_BUSY = 2, 10
"""Added to the site's own afterwards, and when half of the budget is used: who computes waits for those who do not.

Run gives a program a new budget, but not its learner: who has computed a whole one lately is sent back from the start.
"""


@dataclass
class _Watched:
    """What is remembered of a sandbox between two looks."""

    budget: ProcessorBudget
    used: float = 0.0
    nice: int = 0
    headless: bool = False
    """Whether its main thread was gone; a process that ends looks so, too, but not twice."""


@dataclass
class _Learner:
    """What the programs of one learner have computed, one after the other or beside each other."""

    budget: ProcessorBudget
    used: float = 0.0


class Watchdog:
    """Looks at every running sandbox a few times a second, on a thread of its own.

    A sandbox at rest costs one system call for each of its processes. Only one that has computed is looked at more
    closely: without computing nobody takes memory or starts threads.

    Args:
        running: returns the sandboxes to look at.
        looked: called after each round.
        free: returns what is free of the machine's memory, None where nobody says.
    """

    def __init__(
        self,
        running: Callable[[], Iterable[Sandbox]],
        looked: Callable[[], None] = lambda: None,
        free: Callable[[], int | None] = free_memory,
    ) -> None:
        self._running = running
        self._looked = looked
        self._free = free
        self._watched: dict[tuple[int, ...], _Watched] = {}
        self._learners: dict[str, _Learner] = {}
        """Those who have computed lately; whoever has all of the budget again is forgotten."""
        self._going: tuple[int, ...] = ()
        """The processes of the sandbox that was ended last to make room: what they held comes back with their end."""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox limits", daemon=True)

    def start(self) -> None:
        """Start looking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the thread."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(EVERY_SECONDS):
            try:
                self.look_at_all(list(self._running()), time.monotonic())
            except Exception:  # the next round is as important as this one
                log.exception("a round of the watch failed")

    def look_at_all(self, sandboxes: list[Sandbox], now: float) -> None:
        """End every sandbox that has exceeded one of its limits; if memory runs short, the largest one."""
        for sandbox in sandboxes:
            try:
                self.look(sandbox, now)
            except Exception:  # a failure at one sandbox must not leave the others without limits
                log.exception("could not look at %s", sandbox.id)
        alive = {sandbox.pids for sandbox in sandboxes}
        self._watched = {pids: seen for pids, seen in self._watched.items() if pids in alive}
        self._learners = {name: each for name, each in self._learners.items() if not each.budget.is_full(now)}
        self._make_room(sandboxes)
        self._looked()

    def look(self, sandbox: Sandbox, now: float) -> None:
        """End `sandbox` if it has exceeded one of its limits."""
        limits, clocks = sandbox.limits, sandbox.clocks
        if clocks.started_at is None:
            return
        if clocks.ready_at is None:
            if now - clocks.started_at > limits.start_seconds:
                sandbox.end(
                    "limited",
                    f"Stopped: after {limits.start_seconds:g} s your program had not reached socketio.run(app). "
                    "Look for a loop or a sleep before it.",
                    "start",
                )
                return
        else:
            self._look_at_clocks(sandbox, now)
        if sandbox.pids and not sandbox.ended:
            self._look_at_processes(sandbox, now)

    def _look_at_clocks(self, sandbox: Sandbox, now: float) -> None:
        limits, clocks = sandbox.limits, sandbox.clocks
        idle_seconds = now - clocks.used_at
        if clocks.ready_at is not None and now - clocks.ready_at > limits.wall_seconds:
            minutes = limits.wall_seconds / 60
            sandbox.end("limited", f"Stopped after {minutes:g} minutes. Press Run to go on.", "wall")
        elif idle_seconds > limits.idle_seconds:
            sandbox.end("limited", "Stopped: no event and no request came for a while. Press Run to go on.", "idle")
        elif idle_seconds > limits.idle_seconds - limits.idle_warning_seconds and not clocks.idle_warned:
            sandbox.warn_idle()

    def _look_at_processes(self, sandbox: Sandbox, now: float) -> None:
        limits = sandbox.limits
        watched = self._watched.get(sandbox.pids)
        if watched is None:
            budget = ProcessorBudget(limits.cpu_burst_seconds, limits.cpu_share, now)
            watched = self._watched[sandbox.pids] = _Watched(budget)
        used = sum(processor_seconds(pid) or 0.0 for pid in sandbox.pids)
        rests = used - watched.used < AT_REST_SECONDS
        overdrawn = self._learner_left(sandbox, 0.0 if rests else used - watched.used, now) < 0
        if sandbox.clocks.ready_at is not None or used > START_SECONDS:
            _send_back(watched, sandbox.pids, NICE_OF_THE_BUSY if overdrawn else NICE)
        if rests and not watched.headless:
            return
        watched.used = used
        left = watched.budget.left(used, now)
        usages = [usage for pid in sandbox.pids if (usage := usage_of(pid)) is not None]
        why = _exceeded(limits, usages, used, left)
        was_headless, watched.headless = watched.headless, any(usage.main_thread_gone for usage in usages)
        if watched.headless and was_headless:
            sandbox.end(
                "limited", "Stopped: the main thread of your program has ended while others went on.", "headless"
            )
        elif why is not None:
            sandbox.end("limited", *why)
        elif left < limits.cpu_burst_seconds / 2:
            _send_back(watched, sandbox.pids, NICE_OF_THE_BUSY)

    def _learner_left(self, sandbox: Sandbox, computed: float, now: float) -> float:
        """Return what is left of the learner's own budget, now that one of their programs has computed."""
        limits, name = sandbox.limits, sandbox.learner
        learner = self._learners.get(name)
        if learner is None:
            budget = ProcessorBudget(limits.cpu_burst_seconds, limits.cpu_share, now)
            learner = self._learners[name] = _Learner(budget)
        learner.used += computed
        return learner.budget.left(learner.used, now)

    def _make_room(self, sandboxes: Iterable[Sandbox]) -> None:
        self._going = tuple(pid for pid in self._going if usage_of(pid) is not None)
        free = self._free()
        if free is None or self._going:
            return
        short = [each for each in sandboxes if not each.ended and free < each.limits.machine_free_bytes]
        if short and (held := _memory_of(largest := max(short, key=_memory_of))) > QUIET_BYTES:
            self._going = largest.pids
            largest.end(
                "limited",
                f"Stopped: this server is short of memory, and your program held the most of it ({held // MB} MB). "
                "Keep less at once, then run it again.",
                "machine_memory",
            )


def _memory_of(sandbox: Sandbox) -> int:
    return sum(usage.memory_bytes for pid in sandbox.pids if (usage := usage_of(pid)) is not None)


def _exceeded(limits: Limits, usages: list[Usage], used: float, left: float) -> tuple[str, str] | None:
    """Return why a program must end, as a sentence for the learner and a code, or None."""
    if sum(usage.memory_bytes for usage in usages) > limits.resident_bytes:
        mb = limits.resident_bytes // MB
        return f"Stopped: {mb} MB memory limit. Keep less at once, then run it again.", "memory"
    if (threads := sum(usage.threads for usage in usages)) > limits.threads + THREADS_UNDER_WAY:
        return (
            f"Stopped: your program had {threads} threads at once, and {limits.threads} is the limit. "
            "Start fewer, or let them end.",
            "threads",
        )
    if used > limits.cpu_soft_seconds:
        return USED_UP.format(seconds=limits.cpu_soft_seconds), "cpu"
    if left < 0:
        return (
            f"Stopped: your program kept the processor busy for more than {limits.cpu_burst_seconds:g} s. "
            "Does a loop never wait?",
            "cpu",
        )
    return None


def _send_back(watched: _Watched, pids: Iterable[int], nice: int) -> None:
    """Lower the priority of a program; to raise it again would need a right."""
    if nice <= watched.nice:
        return
    watched.nice = nice
    for pid in pids:
        with contextlib.suppress(OSError):  # it is gone
            # All its threads: it leads a group of its own. Beyond 19 the kernel takes 19.
            os.setpriority(os.PRIO_PGRP, pid, os.getpriority(os.PRIO_PROCESS, 0) + nice)
