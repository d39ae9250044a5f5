"""Problems of a lesson beside the lines they belong to: for its author, in development."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from course.content.model import Course, Lesson
from course.content.pieces import Block, Exercise, Prose, Question
from course.content.problems import Problem
from course.web.site import site

Drawn = dict[str, Any]
"""A block as `course.web.views.page_data` makes it."""

_TAG = re.compile(r'<(/?)([a-z0-9]+)(?:"[^"]*"|[^">])*>')
_EMPTY = ("br", "hr", "img")


@dataclass(frozen=True)
class LessonProblems:
    """The problems of one lesson."""

    beside: tuple[Problem, ...] = ()
    """Problems that have a place in its text."""
    above: tuple[Problem, ...] = ()
    """Problems in its front matter and its other files."""


def problems_of(course: Course, lesson: Lesson, exercise: Exercise | None = None) -> LessonProblems | None:
    """Return the problems of a lesson, or of one of its exercises; None in production, which does not show any."""
    if site().settings.production:
        return None
    folder = f"{lesson.folder}/exercises/{exercise.slug}" if exercise else lesson.folder
    own = [each for each in course.problems if each.file == folder or each.file.startswith(f"{folder}/")]
    first = min((_lines(block)[0] for block in lesson.blocks), default=None)
    if exercise or first is None:
        return LessonProblems(above=tuple(own))
    beside = tuple(each for each in own if each.file == f"{folder}/lesson.md" and each.line >= first)
    return LessonProblems(beside, tuple(each for each in own if each not in beside))


def with_notes(drawn: Iterable[tuple[Block, Drawn]], problems: Sequence[Problem]) -> list[Drawn]:
    """Return the blocks of a text, with a block of notes after each element that a problem belongs to.

    Malformed elements are not among the blocks: the problem is then shown where the element would be.
    """
    elements = [element for block, one in drawn for element in _elements(block, one)]
    left = sorted(problems)
    noted: list[Drawn] = []
    for place, (_, one) in enumerate(elements):
        end = elements[place + 1][0] if place + 1 < len(elements) else None
        here = [each for each in left if end is None or each.line < end]
        left = left[len(here) :]
        if noted and noted[-1]["type"] == one["type"] == "prose":
            noted[-1] = {**one, "html": noted[-1]["html"] + one["html"]}
        else:
            noted.append(one)
        if here:
            noted.append({"type": "problems", "problems": here})
    return noted


def printed(blocks: Iterable[Drawn]) -> list[Drawn]:
    """Return the marked blocks with `print`, which changes only with the text; notes have the modes of their block."""
    done: list[Drawn] = []
    for block in blocks:
        if block["type"] == "problems":
            block = {**block, "modes": done[-1]["modes"]}
        words = block.pop("words") if "words" in block else _words(block)
        done.append({**block, "print": hashlib.sha256(words.encode()).hexdigest()[:12]})
    return done


def _words(block: Drawn) -> str:
    """Return the data of a block, except its line and the learner's part in it."""
    own: Any = block.get(block["type"])
    match block["type"]:
        case "prose":
            return str(block["html"])
        case "example":
            return f"{own.id} {own.title} {own.source} {own.try_text_html} {own.runtime}"
        case "exhibit":
            return f"{own.name} {own.words} {own.caption_html} {own.example and own.example.source}"
        case "exercise":
            return f"{own.slug} {own.title} {own.goal_html} {own.minutes} {len(own.tasks)}"
        case "recording":
            return f"{own.title} {own.columns} {own.rows} {own.caption_html}"
        case "watch":
            shown = block["demonstration"]
            return f"{shown.title} {shown.trace}"
        case _:
            return str(block["problems"])


def _lines(block: Block) -> tuple[int, ...]:
    return (block.starts or (0,)) if isinstance(block, Prose) else (block.line,)


def _elements(block: Block, drawn: Drawn) -> list[tuple[int, Drawn]]:
    """Return the block with its line; prose as its paragraphs, lists and so on, each with its own line.

    A question is drawn without its key and its reasons, so its `words` are added for `printed`, which removes them.
    """
    if isinstance(block, Question):
        words = f"{block.id} {block.version} {block.role} {block.stem_html} {block.options} {block.reason_html}"
        return [(block.line, {**drawn, "words": words})]
    if isinstance(block, Prose):
        parts = _top_level(block.html)
        if len(parts) == len(block.starts):
            pairs = zip(block.starts, parts, strict=True)
            return [(line, {**drawn, "html": Markup(part)}) for line, part in pairs]  # noqa: S704  (parts of it)
    return [(_lines(block)[0], drawn)]


def _top_level(html: str) -> list[str]:
    """Split sanitised HTML, whose tags are balanced, at its top level."""
    parts, depth, begin = [], 0, 0
    for tag in _TAG.finditer(html):
        if tag[2] not in _EMPTY:
            depth += -1 if tag[1] else 1
        if depth == 0:
            parts.append(html[begin : tag.end()])
            begin = tag.end()
    return parts
