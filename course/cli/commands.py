"""``flask course …``: what an author types."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup

from course.attempts import Attempts
from course.cli.check_programs import check_programs
from course.cli.new_lesson import NameRefused, make_lesson
from course.cli.problem_lists import FORMATS
from course.content.loader import load_course
from course.content.model import Problem
from course.sandbox.supervisor import SandboxesUnavailable
from course.web.site import site

NOT_RUN = 2
"""Exit status: the files are all right, but the programs could not be run here."""

course_cli = AppGroup("course", help="Write lessons, and find the mistakes in them.")


@course_cli.command("check")
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), default="text", help="How to write the problems.")
@click.option("--no-run", is_flag=True, help="Read the files only; start no program.")
def check_command(form: str, no_run: bool) -> None:
    """Find every mistake in the course: its file, line, rule and remedy.

    The exit status is 0 without problems, 1 with some, and 2 when the programs could not be run.
    """
    here = site()
    course = load_course(here.settings.course)
    problems: list[Problem] = list(course.problems)
    not_run = ""
    if not no_run:
        show = _show_progress if form == "text" and sys.stderr.isatty() else _say_nothing
        try:
            with _running(here.attempts, off=here.settings.sandbox == "off"):
                problems += check_programs(course, here.attempts.sandboxes, here.attempts.grader, show)
        except SandboxesUnavailable as refusal:
            not_run = str(refusal)
    click.echo(FORMATS[form](sorted(problems), course.root))
    if not_run:
        click.echo(f"The programs were not run. {not_run}", err=True)
    sys.exit(1 if problems else NOT_RUN if not_run else 0)


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


@course_cli.command("probe")
def probe_command() -> None:
    """Try what a learner's program must not be able to do under each runtime; say whether it may run here."""
    from course.sandbox.probe import probe_all  # only here: it starts processes and belongs to no other command

    text, ok = probe_all()
    click.echo(text)
    sys.exit(0 if ok else 1)


@contextmanager
def _running(attempts: Attempts, *, off: bool) -> Iterator[None]:
    """Open the sandboxes and the grader.

    Raises:
        SandboxesUnavailable: programs can't be run here, or must not be.
    """
    try:
        if not off:
            attempts.sandboxes.open()
        if attempts.sandboxes.unavailable:
            raise SandboxesUnavailable(attempts.sandboxes.unavailable)
        attempts.grader.open()
        yield
    finally:
        attempts.grader.close()
        attempts.sandboxes.close()


def _show_progress(what: str) -> None:
    click.echo(f"running {what}", err=True)


def _say_nothing(what: str) -> None: ...
