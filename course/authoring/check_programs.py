"""Runs every program of a course, to check what the files alone can't show.

Examples must start, solutions pass, starters fail, each known mistake must be recognised as itself and travel as it was
recorded, and each delivery question must have the outcome that was recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from course.authoring.delivery_player import NotPlayed
from course.authoring.program_runs import Checker, Outcome, ProgramRuns, Sandboxes
from course.authoring.record_deliveries import told, unplayed
from course.authoring.record_mistakes import difference
from course.content.model import Course, Lesson
from course.content.pieces import Delivery, Exercise, Mistake
from course.content.problems import Problem, ProblemList
from course.content.programs import CheckFunction, check_functions, parse
from course.program import Files, Runtime

AT_ONCE = 3
"""Programs that run at the same time. They wait more than they compute, so two processors are enough for three."""


@dataclass(frozen=True)
class Step:
    """How far a run of all programs has come."""

    what: str
    """The file that runs next."""
    done: int
    total: int


@dataclass(frozen=True)
class _Job:
    """Programs that run one after the other."""

    act: Callable[[], None]
    programs: int
    timed: bool = False
    """It measures time, so nothing may run at the same time."""


def check_programs(
    course: Course, sandboxes: Sandboxes, grader: Checker, progress: Callable[[Step], None] = lambda step: None
) -> list[Problem]:
    """Run the programs of every lesson that could be loaded; return what is wrong with them.

    Args:
        course: as loaded from disk.
        sandboxes: open, and available.
        grader: open.
        progress: called with what is being run, to show to somebody who waits.
    """
    problems = ProblemList("")
    runs = _Runs(ProgramRuns(sandboxes, grader), progress)
    jobs = [job for lesson in course.everything for job in _jobs(course, lesson, problems.beside(lesson.folder), runs)]
    if course.playground:
        here = problems.beside("playground/server.py")
        jobs.insert(0, _Job(lambda: runs.must_start(course.playground, "threading", here, "The playground"), 1))
    runs.total = sum(job.programs for job in jobs)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(job.act) for job in jobs if not job.timed]):
            future.result()
    for job in jobs:
        if job.timed:
            job.act()
    return sorted(problems.found)


def _jobs(course: Course, lesson: Lesson, here: ProblemList, runs: _Runs) -> list[_Job]:
    jobs = []
    for example in lesson.examples:
        file = here.beside(f"{here.file}/examples/{example.id}.py")
        files = {"server.py": example.source, **example.client}
        jobs.append(_Job(_bound(runs.must_start, files, example.runtime, file, "The example"), 1))
    for delivery in lesson.deliveries:
        if delivery.heard is not None:
            jobs.append(_Job(_bound(runs.must_end_as_recorded, delivery, here.beside(f"{here.file}/lesson.md")), 1))
    for exercise in lesson.exercises.values():
        file = here.beside(f"{here.file}/exercises/{exercise.slug}")
        run = _ExerciseRun(lesson.slug, course.root / lesson.folder, exercise, file, runs)
        jobs.append(_Job(run.check, 2 + len(exercise.mistakes), exercise.timed))
    return jobs


def _bound(act: Callable[..., None], *args: object) -> Callable[[], None]:
    return lambda: act(*args)


class _Runs:
    """Runs programs, and reports how far the whole run has come."""

    def __init__(self, programs: ProgramRuns, progress: Callable[[Step], None]) -> None:
        self._programs, self._progress = programs, progress
        self._done = 0
        self.total = 0

    def must_start(self, files: Files, runtime: Runtime, file: ProblemList, what: str) -> None:
        self._begin(file.file)
        outcome = self._programs.started(files, runtime)
        if not outcome.ready:
            fix = "Press Run on it: a program must reach socketio.run(app) and listen."
            file.add(outcome.line, "program-fails", f"{what} does not start: {outcome.why}", fix)

    def must_end_as_recorded(self, delivery: Delivery, file: ProblemList) -> None:
        self._begin(f"{file.file} ({delivery.question})")
        recorded = dict(delivery.heard or {})
        try:
            heard = self._programs.heard(delivery.scenario)
        except NotPlayed as reason:
            fix = "Every event of the scenario needs a handler that comes to its end."
            file.add(delivery.line, "delivery-fails", unplayed(delivery, reason), fix)
            return
        if heard != recorded:
            message = f"“{delivery.question}” was recorded as {told(recorded)}, and now ends with {told(heard)}."
            fix = "Emit in handlers, not in tasks that go on behind them; then run: flask --app app course record"
            file.add(delivery.line, "golden-differs", message, fix)

    def checked(self, exercise: Exercise, files: Files, what: str) -> Outcome:
        self._begin(what)
        return self.once_more(exercise, files)

    def once_more(self, exercise: Exercise, files: Files) -> Outcome:
        """Run what has been counted already."""
        return self._programs.checked(exercise, files)

    def _begin(self, what: str) -> None:
        self._progress(Step(what, self._done, self.total))
        self._done += 1


class _ExerciseRun:
    """One exercise: its solution, its starter and its known mistakes under its checks."""

    def __init__(self, lesson: str, folder: Path, exercise: Exercise, here: ProblemList, runs: _Runs) -> None:
        """`lesson` is the slug of the exercise's lesson, `folder` that lesson's; `here` is the exercise's."""
        self.lesson, self.folder = lesson, folder
        self.exercise, self.here, self.runs = exercise, here, runs
        self.checks_file = here.beside(f"{here.file}/checks.py")
        self.failed: set[str] = set()

    def check(self) -> None:
        if not self._solution():
            return  # the checks themselves are broken: their results for other programs mean nothing
        self._starter()
        for mistake in self.exercise.mistakes:
            self._mistake(mistake)
        self._report_idle_checks()

    def _run(self, files: Files, folder: str) -> tuple[Outcome, ProblemList]:
        file = self.here.beside(f"{self.here.file}/{folder}/server.py")
        outcome = self.runs.checked(self.exercise, files, file.file)
        if outcome.error:
            fix = "Run this program against the checks and look at the one that is named."
            message = f"The checks broke on {folder}: {outcome.error}"
            self.checks_file.add(1, "checks-broken", message, fix)
        self.failed |= outcome.failed
        if not outcome.ready:
            self.failed.add(self.exercise.tasks[0].check)  # what the site tells a learner whose program never listened
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
            fix = "The solution must start and pass every check."
            file.add(outcome.line, "solution-fails", f"The solution was not checked: {outcome.why}", fix)
        return True

    def _starter(self) -> None:
        outcome, file = self._run(self.exercise.starter, "starter")
        if outcome.passed:
            fix = "Leave something for the learner to do, or make the checks stricter."
            file.add(1, "starter-passes", "The starter passes every check already.", fix)

    def _mistake(self, mistake: Mistake) -> None:
        name = mistake.id
        outcome, file = self._run(mistake.files, f"wrong/{name}")
        if outcome.error:
            return
        if outcome.mistakes == {name}:
            self._must_travel_as_recorded(mistake, outcome, file)
            return
        earned = ", ".join(sorted(outcome.mistakes)) or "no mistake"
        why = "it passes every check" if outcome.passed else f"the checks recognise {earned}"
        if not outcome.ready:
            why = f"it does not start: {outcome.why}"
        fix = f'Make a check fail with mistake="{name}" on this program, and with no other.'
        file.add(1, "mistake-not-earned", f"This program should earn “{name}”, but {why}.", fix)

    def _must_travel_as_recorded(self, mistake: Mistake, outcome: Outcome, file: ProblemList) -> None:
        again = partial(self.runs.once_more, self.exercise, mistake.files)
        differs = difference(self.folder, self.exercise, mistake, outcome, again)
        if differs:
            fix = f"If it is meant to be so, run: flask --app app course record --again {self.lesson}"
            message = f"What travels with this program is not what was recorded: {differs}."
            file.add(1, "golden-differs", message, fix)

    def _report_idle_checks(self) -> None:
        for check in self._functions():
            if check.name not in self.failed:
                fix = "Add a wrong server that it catches, or remove it."
                message = f"“{check.name}” never fails: not on the starter, and on no wrong server."
                self.checks_file.add(check.line, "check-never-fails", message, fix)

    def _functions(self) -> tuple[CheckFunction, ...]:
        tree = parse(self.exercise.checks_source, self.checks_file)
        return check_functions(tree) if tree is not None else ()
