"""Every exercise on disk, and the programs in it, run as a learner's would be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from course.grading.grader import Grader
from course.grading.model import CheckResult, RunSummary
from course.grading.notes import LearnerNotes
from tests.grading.harness import ROOT, served

LESSONS = ROOT / "lessons"


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


def exercises(lessons: Path = LESSONS) -> list[Exercise]:
    """Return every exercise of the course."""
    return [Exercise(file.parent) for file in sorted(lessons.glob("*/exercises/*/checks.py"))]


class Stage:
    """Runs a program afresh for every check run."""

    def __init__(self, grader: Grader) -> None:
        self._grader = grader
        self._first: dict[tuple[Path, str], Report] = {}

    def first_report(self, exercise: Exercise, program: str) -> Report:
        """Return what the checks said the first time, for tests that only look at the words."""
        key = (exercise.folder, program)
        return self._first.get(key) or self.check(exercise, program)

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
    def _running(self, source: str, notes: LearnerNotes) -> Iterator[Path]:
        with served(source, lambda exception: notes.exception(**exception)) as path:
            yield path
