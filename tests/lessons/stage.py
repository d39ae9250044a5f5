"""Every exercise on disk, and the programs in it, run as a learner's would be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from course.check_runs import NotingWatcher
from course.grading.grader import Grader
from course.grading.model import CheckResult, RunSummary
from course.grading.notes import LearnerNotes
from course.sandbox.model import Program
from course.sandbox.supervisor import Supervisor
from tests.grading.harness import ROOT, served

LESSONS = ROOT / "lessons"
READY_SECONDS = 20


@dataclass(frozen=True)
class Exercise:
    """One folder with a checks.py."""

    folder: Path

    def __str__(self) -> str:
        return f"{self.folder.parent.parent.name}/{self.folder.name}"

    @property
    def checks(self) -> Path:
        return self.folder / "checks.py"

    @property
    def mistakes(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "wrong").glob("*") if path.is_dir())


@dataclass(frozen=True)
class Report:
    """What the checks said about one program."""

    results: list[CheckResult]
    summary: RunSummary

    @property
    def passes(self) -> bool:
        return self.summary.error is None and 0 < self.summary.total == self.summary.passed

    @property
    def failed(self) -> set[str]:
        return {result.name for result in self.results if result.outcome == "failed"}

    @property
    def mistakes(self) -> list[str | None]:
        return [result.mistake for result in self.results if result.outcome == "failed"]

    def __str__(self) -> str:
        rows = [f"{r.outcome} {r.name} [{r.mistake}] {r.message} ({r.expected} / {r.actual})" for r in self.results]
        return "\n".join([*rows, str(self.summary)])


class Runs(Protocol):
    """A way to run a program: gives its socket while it runs, and tells the notes what befalls it."""

    def __call__(self, source: str, notes: LearnerNotes) -> AbstractContextManager[Path]: ...


def exercises(lessons: Path = LESSONS) -> list[Exercise]:
    """Return every exercise of the course, those of its pages too."""
    found = [*lessons.glob("*/exercises/*/checks.py"), *lessons.glob("pages/*/exercises/*/checks.py")]
    return [Exercise(file.parent) for file in sorted(found)]


class Stage:
    """Runs a program afresh for every check run."""

    def __init__(self, grader: Grader, running: Runs) -> None:
        self._grader = grader
        self._running = running
        self._first: dict[tuple[Path, str], Report] = {}

    def first_report(self, exercise: Exercise, program: str) -> Report:
        """Return what the checks said the first time, for tests that only look at the words."""
        return self._first.get((exercise.folder, program)) or self.check(exercise, program)

    def check(self, exercise: Exercise, program: str) -> Report:
        """Check the program in the folder `program` of the exercise."""
        source = (exercise.folder / program / "server.py").read_text()
        results: list[CheckResult] = []
        notes = LearnerNotes()
        with self._running(source, notes) as socket_path:
            summary = self._grader.run(exercise.checks, socket_path, on_result=results.append, notes=notes)
        report = Report(results, summary)
        self._first.setdefault((exercise.folder, program), report)
        return report


@contextmanager
def unconfined(source: str, notes: LearnerNotes) -> Iterator[Path]:
    """Run a program as a plain process: for machines that have no sandbox."""
    with served(source, lambda exception: notes.exception(**exception)) as path:
        yield path


class Sandboxed:
    """Runs a program in the real sandbox."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    @contextmanager
    def __call__(self, source: str, notes: LearnerNotes) -> Iterator[Path]:
        """Run the program as a check of the site would."""
        sandbox = self._supervisor.start(
            Program({"server.py": source}), learner="the tests", purpose="check", watcher=NotingWatcher(notes)
        )
        try:
            state = sandbox.wait_ready(READY_SECONDS)
            assert state.state == "ready", state
            yield sandbox.socket_path
        finally:
            self._supervisor.stop(sandbox.id)
