"""Which lessons an author means: by slug, by folder, by number, or by an unambiguous beginning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import click

from course.content.model import Lesson


def choose(names: Sequence[str], lessons: Sequence[Lesson]) -> list[Lesson]:
    """Return the lessons called `names`, each once; all of them when nothing is named.

    Raises:
        click.ClickException: a name fits none of them, or several.
    """
    found = [choose_one(name, lessons) for name in names] or list(lessons)
    return [lesson for place, lesson in enumerate(found) if lesson.slug not in {each.slug for each in found[:place]}]


def choose_one(name: str, lessons: Sequence[Lesson]) -> Lesson:
    """Return the lesson called `name`: ``listening-to-events``, ``lessons/03-listening-to-events/``, ``03``, ``lis``.

    Raises:
        click.ClickException: the name fits none of them, or several.
    """
    wanted = PurePath(name.strip()).name
    exact = [lesson for lesson in lessons if wanted in _names(lesson)]
    fitting = exact or [lesson for lesson in lessons if any(known.startswith(wanted) for known in _names(lesson))]
    if wanted and len(fitting) == 1:
        return fitting[0]
    among = ", ".join(lesson.slug for lesson in (fitting if wanted and fitting else lessons)) or "none without an error"
    if wanted and fitting:
        raise click.ClickException(f"“{name}” fits more than one lesson: {among}.")
    raise click.ClickException(f"There is no lesson called “{name}”. There are: {among}.")


def _names(lesson: Lesson) -> tuple[str, str]:
    return lesson.slug, PurePath(lesson.folder).name
