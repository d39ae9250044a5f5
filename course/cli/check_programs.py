"""Runs every program of a course: what the files alone can't show.

Examples must start, solutions pass, starters fail, and each known mistake must be recognised as itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from course.check_runs import NotingWatcher
from course.content.findings import Findings
from course.content.model import Course, Exercise, Files, Lesson, Problem, Runtime
from course.content.programs import CheckFunction, check_functions, parse, read_text
from course.grading.model import CheckResult, RunSummary
from course.grading.notes import LearnerNotes
from course.sandbox.model import (
    Program,
    ProgramRefused,
    Purpose,
    StateChange,
    Watcher,
)

READY_SECONDS = 30.0
LEARNER = "course-check"
"""Whose sandboxes these are: one at a time, so that a check of the course takes one slot."""


class RunningProgram(Protocol):
    """What is needed of a `course.sandbox.sandbox.Sandbox`."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def socket_path(self) -> Path: ...  # noqa: D102

    def wait_ready(self, timeout: float) -> StateChange: ...  # noqa: D102


class Sandboxes(Protocol):
    """What is needed of a `course.sandbox.supervisor.Supervisor`."""

    def start(self, program: Program, *, learner: str, purpose: Purpose, watcher: Watcher) -> RunningProgram: ...  # noqa: D102

    def stop(self, sandbox_id: str) -> None: ...  # noqa: D102


class Checker(Protocol):
    """What is needed of a `course.grading.grader.Grader`."""

    def run(  # noqa: D102
        self,
        checks: Path,
        socket_path: Path,
        *,
        on_result: Callable[[CheckResult], None],
        notes: LearnerNotes | None,
        timed: bool,
    ) -> RunSummary: ...


@dataclass
class _Outcome:
    """What became of one program under an exercise's checks."""

    results: list[CheckResult] = field(default_factory=list)
    started: StateChange | None = None
    error: str = ""
    """Why the checks themselves broke."""

    @property
    def passed(self) -> bool:
        return bool(self.results) and not self.error and all(result.outcome == "passed" for result in self.results)

    @property
    def failed(self) -> set[str]:
        return {result.name for result in self.results if result.outcome == "failed"}

    @property
    def mistakes(self) -> set[str]:
        return {result.mistake for result in self.results if result.mistake}


def check_programs(
    course: Course, sandboxes: Sandboxes, grader: Checker, progress: Callable[[str], None] = lambda what: None
) -> list[Problem]:
    """Run the programs of every lesson that could be loaded; return what is wrong with them.

    Args:
        course: as loaded from disk.
        sandboxes: open, and available.
        grader: open.
        progress: told what is being run, for somebody who is waiting.
    """
    findings = Findings("")
    runs = _Runs(sandboxes, grader, progress)
    if course.playground:
        runs.must_start(course.playground, findings.beside("playground/server.py"), "The playground's program")
    for lesson in course.everything:
        _check_lesson(lesson, findings.beside(lesson.folder), runs)
    return sorted(findings.problems)


def _check_lesson(lesson: Lesson, here: Findings, runs: _Runs) -> None:
    for example in lesson.examples:
        file = here.beside(f"{here.file}/examples/{example.id}.py")
        runs.must_start({"server.py": example.source}, file, "The example", example.runtime)
    for exercise in lesson.exercises.values():
        _ExerciseRun(exercise, here.beside(f"{here.file}/exercises/{exercise.slug}"), runs).check()


class _Runs:
    """Starts one program after the other."""

    def __init__(self, sandboxes: Sandboxes, grader: Checker, progress: Callable[[str], None]) -> None:
        self.sandboxes, self.grader, self.progress = sandboxes, grader, progress

    def must_start(self, files: Files, file: Findings, what: str, runtime: Runtime = "threading") -> None:
        self.progress(file.file)
        started = self._with(lambda: Program(files, runtime), lambda running, notes: None).started
        if started is not None and started.state != "ready":
            fix = "Press Run on it: a program must reach socketio.run(app) and listen."
            file.add(_line(started), "program-fails", f"{what} does not start: {_why(started)}", fix)

    def checked(self, exercise: Exercise, files: Files, what: str) -> _Outcome:
        self.progress(what)
        results: list[CheckResult] = []

        def run(running: RunningProgram, notes: LearnerNotes) -> str | None:
            socket_path = running.socket_path
            return self.grader.run(
                exercise.checks, socket_path, on_result=results.append, notes=notes, timed=exercise.timed
            ).error

        outcome = self._with(lambda: Program(files, exercise.runtime, exercise.terminal), run)
        outcome.results = results
        broken = next((result for result in results if result.outcome == "error"), None)
        if broken is not None and not outcome.error:
            outcome.error = f"{broken.name}: {broken.message}"
        return outcome

    def _with(self, make: Callable[[], Program], act: Callable[[RunningProgram, LearnerNotes], str | None]) -> _Outcome:
        notes = LearnerNotes()
        try:
            program = make()
        except ProgramRefused as refusal:
            return _Outcome(started=StateChange("crashed", str(refusal), refusal.code))
        running = self.sandboxes.start(program, learner=LEARNER, purpose="check", watcher=NotingWatcher(notes))
        try:
            outcome = _Outcome(started=running.wait_ready(READY_SECONDS))
            if outcome.started is not None and outcome.started.state == "ready":
                outcome.error = act(running, notes) or ""
            return outcome
        finally:
            self.sandboxes.stop(running.id)


class _ExerciseRun:
    """One exercise: its solution, its starter and its known mistakes under its checks."""

    def __init__(self, exercise: Exercise, here: Findings, runs: _Runs) -> None:
        self.exercise, self.here, self.runs = exercise, here, runs
        self.checks_file = here.beside(f"{here.file}/checks.py")
        self.failed: set[str] = set()

    def check(self) -> None:
        if not self._solution():
            return  # the checks themselves are broken: nothing they say about other programs counts
        self._starter()
        for mistake in self.exercise.mistakes:
            self._mistake(mistake.id, mistake.files)
        self._report_idle_checks()

    def _run(self, files: Files, folder: str) -> tuple[_Outcome, Findings]:
        file = self.here.beside(f"{self.here.file}/{folder}/server.py")
        outcome = self.runs.checked(self.exercise, files, file.file)
        if outcome.error:
            fix = "Run this program against the checks and look at the one that is named."
            message = f"The checks broke on {folder}: {outcome.error}"
            self.checks_file.add(1, "checks-broken", message, fix)
        return outcome, file

    def _solution(self) -> bool:
        outcome, file = self._run(self.exercise.solution, "solution")
        if outcome.error:
            return False
        failures = [result for result in outcome.results if result.outcome != "passed"]
        for result in failures:
            fix = "Correct the solution, or the check."
            message = f"The solution does not pass “{result.name}”: {result.message or result.outcome}"
            file.add(1, "solution-fails", message, fix)
        if not outcome.results:
            started = outcome.started or StateChange("crashed")
            fix = "The solution must start and pass every check."
            file.add(_line(started), "solution-fails", f"The solution was not checked: {_why(started)}", fix)
        return True

    def _starter(self) -> None:
        outcome, file = self._run(self.exercise.starter, "starter")
        self.failed |= outcome.failed
        if outcome.passed:
            fix = "Leave something for the learner to do, or make the checks stricter."
            file.add(1, "starter-passes", "The starter passes every check already.", fix)

    def _mistake(self, name: str, files: Files) -> None:
        outcome, file = self._run(files, f"wrong/{name}")
        self.failed |= outcome.failed
        if outcome.error or outcome.mistakes == {name}:
            return
        earned = ", ".join(sorted(outcome.mistakes)) or "no mistake"
        why = "it passes every check" if outcome.passed else f"the checks recognise {earned}"
        if outcome.started is not None and outcome.started.state != "ready":
            why = f"it does not start: {_why(outcome.started)}"
        fix = f'Make a check fail with mistake="{name}" on this program, and with no other.'
        file.add(1, "mistake-not-earned", f"This program should earn “{name}”, but {why}.", fix)

    def _report_idle_checks(self) -> None:
        for check in self._functions():
            if check.name not in self.failed:
                fix = "Add a wrong server that it catches, or remove it."
                message = f"“{check.name}” never fails: not on the starter, and on no wrong server."
                self.checks_file.add(check.line, "check-never-fails", message, fix)

    def _functions(self) -> tuple[CheckFunction, ...]:
        source = read_text(self.exercise.checks, self.checks_file)
        tree = parse(source, self.checks_file) if source is not None else None
        return check_functions(tree) if tree is not None else ()


def _line(change: StateChange) -> int:
    line = change.error.get("line") if change.error else None
    return line if isinstance(line, int) and line > 0 else 1


def _why(change: StateChange) -> str:
    if change.error and change.error.get("type"):
        return f"{change.error['type']}: {change.error.get('message', '')}"
    return change.reason or f"it is {change.state} after {READY_SECONDS:.0f} s"
