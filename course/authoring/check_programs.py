"""Runs every program of a course, to check what the files alone can't show.

Examples must start, solutions pass, starters fail, each known mistake must be recognised as itself and travel as it was
recorded, and each delivery question must have the outcome that was recorded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from course.authoring.checked_before import CheckedBefore, key_of
from course.authoring.delivery_player import NotPlayed
from course.authoring.program_runs import Checker, Outcome, ProgramRuns, Sandboxes
from course.authoring.record_deliveries import told, unplayed
from course.authoring.record_mistakes import difference
from course.content.files import fingerprint
from course.content.golden.mistakes import GOLDEN_FILE
from course.content.model import Course, Lesson
from course.content.pieces import Delivery, Exercise, Mistake
from course.content.problems import Problem, ProblemList
from course.content.programs import CheckFunction, check_functions, parse
from course.program import Files, Runtime

ROUNDS_OF_CHANCE = 3
"""How often a solution runs whose checks draw lots or measure time: what fails at random seldom passes three times."""
_CHANCE = frozenset({"random", "secrets", "time", "shuffle", "choice", "sample", "randint", "sleep", "within", "wait"})
AT_ONCE = 3
"""Programs that run at the same time. They wait more than they compute, so two processors are enough for three."""


def depends_on_chance(checks: str) -> bool:
    """Return whether a ``checks.py`` draws lots or waits for time to pass: one run of it shows too little."""
    return any(
        (isinstance(node, ast.Name) and node.id in _CHANCE)
        or (isinstance(node, ast.Attribute) and node.attr in _CHANCE)
        or (isinstance(node, ast.keyword) and node.arg in _CHANCE)
        for node in ast.walk(ast.parse(checks))
    )


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

    act: Callable[[ProblemList], None]
    """Reports what it finds in the list of its file."""
    here: ProblemList
    programs: int
    key: str
    """Changes with everything that what is found depends on."""
    timed: bool = False
    """It measures time, so nothing may run at the same time."""


@dataclass(frozen=True)
class Checked:
    """What a run of a course's programs has found."""

    problems: list[Problem]
    skipped: int = 0
    """Programs that were not run, since they are as they were when they were found to be right."""


def check_programs(
    course: Course,
    sandboxes: Sandboxes,
    grader: Checker,
    progress: Callable[[Step], None] = lambda step: None,
    *,
    lessons: Sequence[Lesson] | None = None,
    before: CheckedBefore | None = None,
) -> Checked:
    """Run the programs of every lesson that could be loaded; return what is wrong with them.

    Args:
        course: as loaded from disk.
        sandboxes: open, and available.
        grader: open.
        progress: called with what is being run, to show to somebody who waits.
        lessons: only the programs of these; those of the whole course, and the playground's, when None.
        before: what need not run again; what is found to be right now is added.
    """
    runs = _Runs(ProgramRuns(sandboxes, grader), progress)
    chosen = course.everything if lessons is None else lessons
    jobs = [job for lesson in chosen for job in _jobs(course, lesson, ProblemList(lesson.folder), runs)]
    if course.playground and lessons is None:
        here = ProblemList("playground/server.py")
        playground = _must_start(runs, course.playground, "threading", here, "The playground")
        jobs.insert(0, playground)
    due = [job for job in jobs if before is None or not before.holds(job.key)]
    runs.total = sum(job.programs for job in due)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(job.act, job.here) for job in due if not job.timed]):
            future.result()
    for job in due:
        if job.timed:
            job.act(job.here)
    for job in due:
        if before is not None and not job.here.found:
            before.add(job.key)
    problems = sorted(problem for job in due for problem in job.here.found)
    return Checked(problems, sum(job.programs for job in jobs) - runs.total)


def _jobs(course: Course, lesson: Lesson, here: ProblemList, runs: _Runs) -> list[_Job]:
    jobs = []
    for example in lesson.examples:
        file = ProblemList(f"{here.file}/examples/{example.id}.py")
        files = {"server.py": example.source, **example.client}
        jobs.append(_must_start(runs, files, example.runtime, file, "The example"))
    for delivery in lesson.deliveries:
        if delivery.heard is not None:
            key = key_of("delivery", delivery.question, asdict(delivery.scenario), delivery.heard)
            act = partial(runs.must_end_as_recorded, delivery)
            jobs.append(_Job(act, ProblemList(f"{here.file}/lesson.md"), 1, key))
    for exercise in lesson.exercises.values():
        file = ProblemList(f"{here.file}/exercises/{exercise.slug}")
        run = _ExerciseRun(lesson.slug, course.root / lesson.folder, exercise, runs)
        jobs.append(_Job(run.check, file, run.programs, run.key, exercise.timed))
    return jobs


def _must_start(runs: _Runs, files: Files, runtime: Runtime, here: ProblemList, what: str) -> _Job:
    return _Job(partial(runs.must_start, files, runtime, what), here, 1, key_of("start", files, runtime))


class _Runs:
    """Runs programs, and reports how far the whole run has come."""

    def __init__(self, programs: ProgramRuns, progress: Callable[[Step], None]) -> None:
        self._programs, self._progress = programs, progress
        self._done = 0
        self.total = 0

    def must_start(self, files: Files, runtime: Runtime, what: str, file: ProblemList) -> None:
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
            fix = "Emit in handlers, not in tasks that go on behind them; then run: bin/course record"
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

    def __init__(self, lesson: str, folder: Path, exercise: Exercise, runs: _Runs) -> None:
        """`lesson` is the slug of the exercise's lesson, `folder` that lesson's."""
        self.lesson, self.folder = lesson, folder
        self.exercise, self.runs = exercise, runs
        self.rounds = ROUNDS_OF_CHANCE if exercise.timed or depends_on_chance(exercise.checks_source) else 1
        self.failed: set[str] = set()

    @property
    def programs(self) -> int:
        """Return how many programs run."""
        return self.rounds + 1 + len(self.exercise.mistakes)

    @property
    def key(self) -> str:
        """Return a key that changes with everything that what is found depends on."""
        exercise = self.exercise
        programs = [exercise.starter, exercise.solution, [[each.id, each.files] for each in exercise.mistakes]]
        tasks = [task.check for task in exercise.tasks]
        kept = fingerprint(self.folder / GOLDEN_FILE).hex()
        how = [exercise.runtime, exercise.terminal, exercise.timed, self.lesson, exercise.slug]
        return key_of("exercise", how, programs, tasks, exercise.checks_source, kept)

    def check(self, here: ProblemList) -> None:
        """Run everything; `here` collects the problems of the exercise's folder."""
        self.here, self.checks_file = here, here.beside(f"{here.file}/checks.py")
        for _ in range(self.rounds):
            if not self._solution():
                return  # the checks themselves are broken: their results for other programs mean nothing
            if here.found:
                break
        self._starter()
        for mistake in self.exercise.mistakes:
            self._mistake(mistake)
        self._report_idle_checks()

    def _run(self, files: Files, folder: str) -> tuple[Outcome, ProblemList]:
        file = self.here.beside(f"{self.here.file}/{folder}/server.py")
        outcome = self.runs.checked(self.exercise, files, file.file)
        if outcome.error:
            fix = "Correct this line, or what it asks of the program."
            message = f"The checks broke on {folder}: {outcome.error.rstrip('.')}."
            line = outcome.error_line or self._line_of(outcome.error_check)
            self.checks_file.add(line, "checks-broken", message, fix)
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
            fix = f"If it is meant to be so, run: bin/course record --again {self.lesson}"
            message = f"What travels with this program is not what was recorded: {differs}."
            file.add(1, "golden-differs", message, fix)

    def _report_idle_checks(self) -> None:
        for check in self._functions():
            if check.name not in self.failed:
                fix = "Add a wrong server that it catches, or remove it."
                message = f"“{check.name}” never fails: not on the starter, and on no wrong server."
                self.checks_file.add(check.line, "check-never-fails", message, fix)

    def _line_of(self, check: str) -> int:
        return next((found.line for found in self._functions() if found.name == check), 1)

    def _functions(self) -> tuple[CheckFunction, ...]:
        tree = parse(self.exercise.checks_source, self.checks_file)
        return check_functions(tree) if tree is not None else ()
