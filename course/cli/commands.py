"""``bin/course …``, or ``flask course …``: the commands of an author."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

import click
from flask.cli import AppGroup

from course.authoring.check_programs import Checked, check_programs
from course.authoring.checked_before import CheckedBefore
from course.authoring.delivery_player import NotPlayed
from course.authoring.new_lesson import NameRefused, make_lesson
from course.authoring.program_runs import ProgramRuns
from course.authoring.record_deliveries import keep, settled, told, unplayed
from course.authoring.record_demonstrations import record_demonstrations
from course.authoring.record_mistakes import record_mistakes
from course.cli.choosing import choose, choose_one
from course.cli.preview import preview
from course.cli.problem_formats import FORMATS
from course.cli.progress_bar import progress_bar
from course.cli.report import lines_of
from course.cli.verdict_lines import verdict_lines
from course.content.files import read_text
from course.content.model import Course, Lesson
from course.content.pieces import Exercise
from course.content.problems import Problem, ProblemList
from course.content.programs import read_program
from course.learning.actions import Learning
from course.program import Files
from course.progress.lesson_report import lesson_report
from course.progress.sweep import Retention, idle, sweep
from course.sandbox.host.supervisor import SandboxesUnavailable
from course.web.site import site

NOT_RUN = 2
"""Exit status: the files are all right, but the programs could not be run here."""

course_cli = AppGroup("course", help="Write lessons, and find the mistakes in them.")


@course_cli.command("check")
@click.argument("lessons", nargs=-1)
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), default="text", help="How to write the problems.")
@click.option("--no-run", is_flag=True, help="Read the files only; start no program.")
@click.option("--all", "everything", is_flag=True, help="Run what has not changed since it was right, too.")
def check_command(lessons: tuple[str, ...], form: str, no_run: bool, everything: bool) -> None:
    """Find every mistake in LESSONS, or in the whole course: its file, line, rule and remedy.

    A lesson is named by its slug, its folder, or how either begins. What was found to be right, and has not changed
    since, is not run again. The exit status is 0 without problems, 1 with some, and 2 when the programs could not be
    run.
    """
    here = site()
    course = _course()
    chosen = choose(lessons, course.readable) if lessons else None
    problems = [problem for problem in course.problems if chosen is None or _is_of(problem, chosen)]
    before = CheckedBefore(here.settings.instance / "checked.json", again=everything)
    ran, not_run = Checked([]), ""
    if not no_run:
        whole = None if chosen is None else [lesson for lesson in chosen if lesson in course.everything]
        try:
            with _running(here.learning, off=here.settings.sandbox == "off"), progress_bar() as show:
                ran = check_programs(
                    course,
                    here.learning.sandboxes,
                    here.learning.grader,
                    show,
                    lessons=whole,
                    before=before,
                )
        except SandboxesUnavailable as refusal:
            not_run = str(refusal)
        before.keep()
    problems = sorted({*problems, *ran.problems})
    if not_run and not problems and form == "text":
        click.echo("No problems in the files, but the programs were not run.")
    else:
        click.echo(FORMATS[form](problems, course.root))
    if ran.skipped:
        click.echo(f"{ran.skipped} programs have not changed since they were right; --all runs them, too.", err=True)
    if not_run:
        click.echo(f"The programs were not run. {not_run}", err=True)
    sys.exit(1 if problems else NOT_RUN if not_run else 0)


def _is_of(problem: Problem, lessons: Sequence[Lesson]) -> bool:
    return any(PurePath(problem.file).is_relative_to(lesson.folder) for lesson in lessons)


@course_cli.command("try")
@click.argument("exercise")
@click.argument("file", type=click.Path(exists=True, dir_okay=True, path_type=Path))
def try_command(exercise: str, file: Path) -> None:
    """Run FILE, a server.py or a folder with one, against the checks of EXERCISE (LESSON/EXERCISE).

    It prints the verdicts as a learner sees them, with the frames of the first check that fails. The exit status is 0
    when all of them pass.
    """
    here = site()
    lesson_name, _, name = exercise.rstrip("/").rpartition("/")
    lesson = choose_one(lesson_name or exercise, _course().everything)
    found = lesson.exercises.get(name)
    if found is None:
        among = ", ".join(f"{lesson.slug}/{slug}" for slug in lesson.exercises) or "none"
        raise click.ClickException(f"There is no exercise “{exercise}”. There are: {among}.")
    problems = ProblemList(str(file))
    files = read_program(file, problems) if file.is_dir() else _one_file(file, found, problems)
    if files is None:
        click.echo(FORMATS["text"](problems.found, Path()))
        sys.exit(1)
    try:
        with _running(here.learning, off=here.settings.sandbox == "off"):
            outcome = ProgramRuns(here.learning.sandboxes, here.learning.grader).checked(found, files)
    except SandboxesUnavailable as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo("\n".join(verdict_lines(outcome)))
    sys.exit(0 if outcome.passed else 1)


def _one_file(file: Path, exercise: Exercise, problems: ProblemList) -> Files | None:
    """Return the program of a file: the starter's other files stay."""
    source = read_text(file, problems)
    return None if source is None else {**exercise.starter, "server.py": source}


@course_cli.command("record")
@click.argument("lessons", nargs=-1)
@click.option("--again", is_flag=True, help="Record known mistakes whose files are as they were, too.")
def record_command(lessons: tuple[str, ...], again: bool) -> None:
    """Keep what is seen of the programs of LESSONS (all when none is named) in their golden/ folders.

    That is who hears the event of each delivery question; what travels in each demonstration, and with each known
    mistake, whose files have changed.
    """
    here = site()
    course = _course()
    chosen = choose(lessons, course.everything)
    try:
        with _running(here.learning, off=here.settings.sandbox == "off"):
            runs = ProgramRuns(here.learning.sandboxes, here.learning.grader)
            recorded = [_record(course, lesson, runs, again) for lesson in chosen]
    except SandboxesUnavailable as refusal:
        raise click.ClickException(str(refusal)) from refusal
    sys.exit(0 if all(recorded) else 1)


def _record(course: Course, lesson: Lesson, runs: ProgramRuns, again: bool) -> bool:
    """Record what is seen of one lesson; return whether all of it could be played."""
    outcomes: dict[str, dict[str, int]] = {}
    for delivery in lesson.deliveries:
        try:
            outcomes[delivery.question] = settled(runs.heard, delivery.scenario)
            click.echo(f"{lesson.slug}/{delivery.question}: {told(outcomes[delivery.question])}")
        except NotPlayed as reason:
            click.echo(f"{lesson.slug}/{delivery.question}: {unplayed(delivery, reason)}", err=True)
    keep(course, lesson, outcomes)
    watched = record_demonstrations(course, lesson, runs, _say)
    mistaken = record_mistakes(course, lesson, runs, _say, again=again)
    return watched and mistaken and len(outcomes) == len(lesson.deliveries)


def _say(text: str, well: bool) -> None:
    click.echo(text, err=not well)


@course_cli.command("preview")
@click.argument("lesson", default="")
@click.option("--open", "browse", is_flag=True, help="Open the page in a browser.")
def preview_command(lesson: str, browse: bool) -> None:
    """Serve the course to you alone, with its problems beside the lines they belong to.

    LESSON is the slug or the folder of a lesson, or how either begins; without it the course map is shown.
    """
    here = site()
    name = choose_one(lesson, _course().readable).slug if lesson else ""
    here.learning.sandboxes.close()
    preview(f"/lessons/{name}/" if name else "/", here.settings.course, browse=browse)


@course_cli.command("new")
@click.argument("name")
def new_command(name: str) -> None:
    """Make the folder of a lesson called NAME, such as 08-under-the-hood."""
    try:
        files = make_lesson(site().settings.course, name)
    except NameRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    working = Path.cwd()
    for file in files:
        click.echo(file.relative_to(working) if file.is_relative_to(working) else file)


@course_cli.command("report")
@click.argument("lessons", nargs=-1)
def report_command(lessons: tuple[str, ...]) -> None:
    """List answers, checks and notes of learners, for LESSONS or for all."""
    for lesson in choose(lessons, site().course.everything):
        click.echo("\n".join(lines_of(lesson_report(lesson))))


@course_cli.command("sweep")
@click.option("--delete", "really", is_flag=True, help="Delete them; without this they are only counted.")
def sweep_command(really: bool) -> None:
    """Show who has not been here for so long that their work is swept away (KEEP_DAYS, KEEP_VISITORS_DAYS)."""
    settings = site().settings
    retention = Retention(settings.keep_days, settings.keep_visitors_days)
    found = sweep(retention) if really else idle(retention)
    done = "were deleted" if really else "would be deleted; --delete does it"
    click.echo(f"{len(found.learners)} learners, {found.versions} versions, {found.bytes} bytes {done}.")


@course_cli.command("probe")
def probe_command() -> None:
    """Try what a learner's program must not be able to do under each runtime; say whether it may run here."""
    from course.sandbox.confinement.probe import (
        probe_all,  # imported only here: it starts processes, and no other command needs it
    )

    text, ok = probe_all()
    click.echo(text)
    sys.exit(0 if ok else 1)


def _course() -> Course:
    """Return the course as the site has just read it, drafts included."""
    return site().courses.whole


@contextmanager
def _running(learning: Learning, *, off: bool) -> Iterator[None]:
    """Open the sandboxes and the grader.

    Raises:
        SandboxesUnavailable: programs can't be run here, or must not be.
    """
    try:
        if not off:
            learning.sandboxes.open()
        if learning.sandboxes.unavailable:
            raise SandboxesUnavailable(learning.sandboxes.unavailable)
        learning.grader.open()
        yield
    finally:
        learning.grader.close()
        learning.sandboxes.close()
