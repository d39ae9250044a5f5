"""An author names a lesson in the way that lies nearest."""

from __future__ import annotations

import click
import pytest

from course.cli.choosing import choose, choose_one
from tests.stage.courses import this_course

LESSONS = this_course().everything


@pytest.mark.parametrize(
    "name",
    [
        "listening-to-events",
        "03-listening-to-events",
        "lessons/03-listening-to-events",
        "lessons/03-listening-to-events/",
        "./03-listening-to-events/",
        "03",
        "listen",
    ],
)
def test_a_lesson_is_found_by(name: str) -> None:
    assert choose_one(name, LESSONS).slug == "listening-to-events"


def test_an_exact_name_wins_over_a_longer_one() -> None:
    longer = [lesson for lesson in LESSONS if lesson.slug != "connections"]
    assert len(longer) == len(LESSONS) - 1
    assert choose_one("connections", LESSONS).slug == "connections"


@pytest.mark.parametrize("name", ["", "/", "nowhere", "liste ning", "3"])
def test_what_fits_nothing_is_told_with_what_there_is(name: str) -> None:
    with pytest.raises(click.ClickException, match=r"There is no lesson called .* There are: websocket-basics, "):
        choose_one(name, LESSONS)


def test_what_fits_several_is_told_with_them() -> None:
    with pytest.raises(click.ClickException, match=r"fits more than one lesson: connections, connections-to"):
        choose_one("connec", LESSONS)


def test_none_means_all_and_twice_means_once() -> None:
    assert choose([], LESSONS) == list(LESSONS)
    assert [lesson.slug for lesson in choose(["03", "listening"], LESSONS)] == ["listening-to-events"]
