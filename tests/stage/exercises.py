"""Every exercise on disk and its programs, run as a learner's would be."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from course.content.lesson.front_matter import TASK_KEYS, FrontMatter, read_front_matter
from course.content.problems import ProblemList
from course.content.programs import read_program
from course.grading.checks import load_checks
from course.grading.grader import Grader
from course.grading.model import CheckResult, RunSummary
from course.grading.reports import ReportRelay
from course.learning.checking import NotingWatcher
from course.sandbox.host.supervisor import Supervisor
from course.sandbox.model import Program
from tests.stage.unconfined import ROOT, served

LESSONS = ROOT / "lessons"
READY_SECONDS = 20
AT_ONCE = 5
"""Checks that run at the same time: most of each is waiting, for silence for example."""
TIMED_AT_ONCE = 2
"""The same for those that measure time, besides the others."""


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

    @property
    def timed(self) -> bool:
        """Return whether its checks measure time, and so take seconds."""
        return bool(self._matter().values["timed"])

    def program(self, name: str) -> Program:
        """Return the program in the folder `name`, to be run as task.md says."""
        files = read_program(self.folder / name, ProblemList(name))
        assert files is not None, f"{self}/{name} is no program"
        matter = self._matter().values
        return Program(files, matter["runtime"], matter["terminal"])

    def _matter(self) -> FrontMatter:
        task = self.folder / "task.md"
        return read_front_matter(task.read_text() if task.exists() else "", TASK_KEYS, ProblemList("task.md"))


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
    """A way to run a program: yields its socket while it runs, and reports to `notes` what happens to it.

    Raises:
        NeverListened: it ended before it listened.
    """

    def __call__(self, program: Program, notes: ReportRelay) -> AbstractContextManager[Path]: ...


class NeverListened(Exception):
    """The program has ended, or does something else; the message says why it does not listen."""


def exercises(lessons: Path = LESSONS) -> list[Exercise]:
    """Return every exercise of the course, including those of its pages."""
    found = [*lessons.glob("*/exercises/*/checks.py"), *lessons.glob("pages/*/exercises/*/checks.py")]
    return [Exercise(file.parent) for file in sorted(found)]


class Stage:
    """Runs a new process of a program for every check run."""

    def __init__(self, grader: Grader, running: Runs) -> None:
        self._grader = grader
        self._running = running
        self._begun: dict[tuple[Path, str], list[Future[Report]]] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE)
        self._timed_pool = ThreadPoolExecutor(TIMED_AT_ONCE)

    def close(self) -> None:
        """Cancel what was asked for and has not started yet."""
        for pool in (self._pool, self._timed_pool):
            pool.shutdown(cancel_futures=True)

    def begin(self, exercise: Exercise, name: str, program: Program, times: int = 1) -> list[Future[Report]]:
        """Begin to check a program that many times, unless that has begun; `name` is its name in the exercise."""
        key = exercise.folder, name
        if key not in self._begun:
            pool = self._timed_pool if exercise.timed else self._pool
            self._begun[key] = [pool.submit(self.check_program, exercise, program) for _ in range(times)]
        return self._begun[key]

    def reports(self, exercise: Exercise, name: str, times: int = 1) -> list[Report]:
        """Return what the checks say about the program in the folder `name`, once for each run."""
        return [begun.result() for begun in self.begin(exercise, name, exercise.program(name), times)]

    def check(self, exercise: Exercise, program: str) -> Report:
        """Check the program in the folder `program` of the exercise."""
        return self.check_program(exercise, exercise.program(program))

    def check_program(self, exercise: Exercise, program: Program) -> Report:
        """Check a program that is not on disk."""
        results: list[CheckResult] = []
        notes = ReportRelay()
        try:
            with self._running(program, notes) as socket_path:
                summary = self._grader.run(exercise.checks, socket_path, on_result=results.append, notes=notes)
            return Report(results, summary)
        except NeverListened as ended:
            return failed_at_the_start(exercise, str(ended))


def failed_at_the_start(exercise: Exercise, why: str) -> Report:
    """Return what the site reports for a program that never listened: its first check failed, the others wait."""
    checks = load_checks(exercise.checks)
    words = ("Your server did not start.", "a server that listens", why, "Press Run and read the log.")
    first = CheckResult(checks[0].name, checks[0].title, "failed", *words)
    others = [CheckResult(check.name, check.title, "skipped") for check in checks[1:]]
    return Report([first, *others], RunSummary(0, len(checks), None))


@contextmanager
def unconfined(program: Program, notes: ReportRelay) -> Iterator[Path]:
    """Run a program as a plain process: for machines that have no sandbox."""
    with served(program.files["server.py"], lambda exception: notes.exception(**exception), program.runtime) as path:
        yield path


class Sandboxed:
    """Runs a program in the real sandbox."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._learners = itertools.count(1)

    @contextmanager
    def __call__(self, program: Program, notes: ReportRelay) -> Iterator[Path]:
        """Run the program as a check of the site would."""
        watcher = NotingWatcher(notes)
        learner = f"learner {next(self._learners)}"  # a newer check of the same learner would replace the older one
        sandbox = self._supervisor.start(program, learner=learner, purpose="check", watcher=watcher)
        try:
            state = sandbox.wait_ready(READY_SECONDS)
            if state.state != "ready":
                raise NeverListened(state.reason or state.state)
            yield sandbox.socket_path
        finally:
            self._supervisor.stop(sandbox.id)
