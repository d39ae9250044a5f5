"""A progress bar for somebody who waits at a terminal; silent everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from course.authoring.check_programs import Step

WIDTH = 24
CLEAR_LINE = "\r\x1b[K"


@contextmanager
def progress_bar() -> Iterator[Callable[[Step], None]]:
    """Give a function that shows the progress on one line of standard error, which is cleared at the end."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    try:
        yield lambda step: click.echo(CLEAR_LINE + as_line(step), nl=False, err=True)
    finally:
        click.echo(CLEAR_LINE, nl=False, err=True)


def as_line(step: Step) -> str:
    """Return the bar, the count, and the file that runs, cut to fit 79 columns."""
    filled = WIDTH * step.done // max(step.total, 1)
    return f"[{'#' * filled}{' ' * (WIDTH - filled)}] {step.done}/{step.total} {step.what}"[:79]
