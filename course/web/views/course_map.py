"""The data of the course map: its opening text in sections, and the steps in groups of one level."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from course.content.model import Course, Lesson
from course.live.hub import Hub, namespace_of
from course.web.views.page_data import answered_json


def sections(blocks: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return blocks made by `modes.marked` in lists that each begin with a heading of level 2."""
    found: list[list[dict[str, Any]]] = []
    for block in blocks:
        if not found or block.get("level") == 2:
            found.append([])
        found[-1].append(block)
    return found


def levels(course: Course) -> list[tuple[str, list[Lesson]]]:
    """Return the steps in order, grouped by level."""
    return [(level, list(lessons)) for level, lessons in groupby(course.lessons, key=lambda lesson: lesson.level)]


def map_page(learner: str, opening: Lesson | None, hub: Hub) -> dict[str, Any]:
    """Return the initial data of the map's script: where its predictions are answered."""
    if opening is None:
        return {"kind": "map"}
    return {
        "kind": "map",
        "slug": opening.slug,
        "namespace": namespace_of(opening.slug),
        "here": hub.presence.count(opening.slug),
        "answered": answered_json(learner, opening),
    }
