"""Runs a course's programs, one a call: whether it starts, what its checks say, which client hears what."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from course.authoring.delivery_player import NotPlayed
from course.authoring.record_deliveries import play
from course.content.pieces import Example, Exercise, Scenario
from course.grading.author_fault import AuthorFault
from course.grading.model import CheckResult, RunSummary
from course.grading.reports import ReportRelay
from course.learning.checking import NotingWatcher
from course.program import Files, ProgramRefused, Runtime
from course.sandbox.model import Program, Purpose, StateChange, Watcher

READY_SECONDS = 30.0

T = TypeVar("T")


class RunningProgram(Protocol):
    """The part of `course.sandbox.host.sandbox.Sandbox` that is used here."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def socket_path(self) -> Path: ...  # noqa: D102

    def wait_ready(self, timeout: float) -> StateChange: ...  # noqa: D102


class Sandboxes(Protocol):
    """The part of `course.sandbox.host.supervisor.Supervisor` that is used here."""

    def start(self, program: Program, *, learner: str, purpose: Purpose, watcher: Watcher) -> RunningProgram: ...  # noqa: D102

    def stop(self, sandbox_id: str) -> None: ...  # noqa: D102


class Checker(Protocol):
    """The part of `course.grading.grader.Grader` that is used here."""

    def run(  # noqa: D102
        self,
        checks: Path,
        socket_path: Path,
        *,
        on_result: Callable[[CheckResult], None],
        notes: ReportRelay | None,
        timed: bool,
    ) -> RunSummary: ...


@dataclass
class Outcome:
    """The result of running one program under the checks of its exercise."""

    started: StateChange
    results: list[CheckResult] = field(default_factory=list)
    error: str = ""
    error_line: int | None = None
    """The line of checks.py to which `error` points, where there is one."""
    error_check: str = ""
    """The name of the check that broke."""

    @property
    def ready(self) -> bool:
        """Return whether the program listened."""
        return self.started.state == "ready"

    @property
    def passed(self) -> bool:
        """Return whether every check passed."""
        return bool(self.results) and all(result.outcome == "passed" for result in self.results)

    @property
    def failed(self) -> set[str]:
        """Return the names of the checks that failed."""
        return {result.name for result in self.results if result.outcome == "failed"}

    @property
    def mistakes(self) -> set[str]:
        """Return the known mistakes that were recognised."""
        return {result.mistake for result in self.results if result.mistake}

    @property
    def why(self) -> str:
        """Return why the program did not start."""
        error = self.started.error
        if error and error.get("type"):
            return f"{error['type']}: {error.get('message', '')}"
        return self.started.reason or f"it is {self.started.state} after {READY_SECONDS:.0f} s"

    @property
    def line(self) -> int:
        """Return the line of the program that kept it from starting, if it is known."""
        line = self.started.error.get("line") if self.started.error else None
        return line if isinstance(line, int) and line > 0 else 1


class ProgramRuns:
    """Starts programs, each in a sandbox of its own. Several threads may use it at once."""

    def __init__(self, sandboxes: Sandboxes, grader: Checker) -> None:
        self._sandboxes, self._grader = sandboxes, grader
        self._numbers = itertools.count(1)

    def started(self, files: Files, runtime: Runtime = "threading") -> Outcome:
        """Start a program and stop it again."""
        return self._with(lambda: Program(files, runtime), lambda path, notes: None)

    def checked(self, exercise: Exercise, files: Files) -> Outcome:
        """Run the checks of an exercise against some files."""
        results: list[CheckResult] = []
        faults: list[AuthorFault] = []

        def run(path: Path, notes: ReportRelay) -> str | None:
            summary = self._grader.run(
                exercise.checks, path, on_result=results.append, notes=notes, timed=exercise.timed
            )
            faults.extend([summary.fault] if summary.fault else ())
            return summary.error

        outcome = self._with(lambda: Program(files, exercise.runtime, exercise.terminal), run)
        outcome.results = results
        broken = next((result for result in results if result.outcome == "error"), None)
        if broken is not None:
            what = f"ended with {broken.fault.message}" if broken.fault else f"did not end well: {broken.message}"
            outcome.error, outcome.error_check = f"“{broken.name}” {what}", broken.name
            faults = [broken.fault] if broken.fault else []
        elif faults:
            outcome.error = f"the file can't be read: {faults[0].message}"
        outcome.error_line = faults[0].line if faults else None
        return outcome

    def heard(self, scenario: Scenario) -> dict[str, int]:
        """Play a scenario once, and return how often each client heard the event.

        Raises:
            NotPlayed: the program does not start, or does not do its part.
        """
        return self.played(scenario.program, lambda path: play(scenario, path))

    def played(self, program: Example, act: Callable[[Path], T]) -> T:
        """Start an example, do something at its socket, and return the result of that.

        Raises:
            NotPlayed: the program does not start, or does not do its part.
        """
        seen: list[T] = []

        def run(path: Path, notes: ReportRelay) -> None:
            seen.append(act(path))

        outcome = self._with(lambda: Program({"server.py": program.source}, program.runtime), run)
        if not outcome.ready:
            raise NotPlayed(f"The program does not start: {outcome.why}")
        return seen[0]

    def _with(self, make: Callable[[], Program], act: Callable[[Path, ReportRelay], str | None]) -> Outcome:
        notes = ReportRelay()
        try:
            program = make()
        except ProgramRefused as refusal:
            return Outcome(StateChange("crashed", str(refusal), refusal.code))
        learner = f"course-check-{next(self._numbers)}"  # one for each run: a newer program would end the older one
        running = self._sandboxes.start(program, learner=learner, purpose="check", watcher=NotingWatcher(notes))
        try:
            outcome = Outcome(running.wait_ready(READY_SECONDS))
            if outcome.ready:
                outcome.error = act(running.socket_path, notes) or ""
            return outcome
        finally:
            self._sandboxes.stop(running.id)
