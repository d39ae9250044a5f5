"""The modes of a lesson: views of one text, each of which shows some of its blocks.

Every block is marked with the modes that show it, a heading with those that show anything below it. The rest is done
by the style sheet, so a mode needs no script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from course.content.model import Lesson
from course.progress.lesson_progress import LessonProgress

READ = "read"
SENTENCES = {
    READ: "",
    "predict": "Commit to a guess before the lesson tells you. A wrong guess counts: you will remember it.",
    "watch": "A real run, played back as slowly as you like. Nothing to do but look.",
    "run": "Every program of this lesson. Start one, connect its clients, and watch the wire.",
    "build": "Now you: write the server, and let real clients check it.",
    "fix": "A server that somebody wrote and nobody tested. Find out what is wrong, then repair it.",
    "myths": "What people believe about this, and what is so.",
    "reference": "This lesson in short, to look things up.",
}
"""Mode → the sentence under its name. The order is that of the switch."""

HEADING = re.compile(r"(<h[2-6][ >].*?</h[2-6]>)", re.DOTALL)
"""A complete heading, as a group: `split` keeps it."""


@dataclass(frozen=True)
class Way:
    """One position of the switch."""

    mode: str
    items: tuple[str, ...] = ()
    """What there is to do in this mode: ids of questions, or slugs of exercises."""
    done: tuple[str, ...] = ()
    """The items that are done."""


def marked(blocks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the blocks with `modes`, a list of words; prose is split at its headings.

    Args:
        blocks: as `course.web.views.page_data` makes them: `type`, and the fields of that type.
    """
    pieces = [piece for block in blocks for piece in _pieces(block)]
    shown = (_shown_in(pieces, place) for place in range(len(pieces)))
    return [
        {**piece, "modes": [mode for mode in SENTENCES if mode in modes]}
        for piece, modes in zip(pieces, shown, strict=True)
    ]


def ways(lesson: Lesson, blocks: Sequence[dict[str, Any]], progress: Mapping[str, LessonProgress]) -> list[Way]:
    """Return the modes that the lesson has blocks for, with what there is to do and what the learner has done.

    The blocks are as `marked` returns them; `progress` is by slug, since a text may offer other lessons' exercises.
    """
    offered = [Way(READ)]
    for mode in SENTENCES:
        own = [block for block in blocks if _mode_of(block) == mode]
        if own:
            tasks = dict(task for task in (_task(block, progress) for block in own) if task)
            offered.append(Way(mode, tuple(tasks), tuple(name for name, done in tasks.items() if done)))
    if getattr(lesson, "reference_html", ""):
        offered.append(Way("reference"))
    return offered


def _pieces(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a block as it is, prose as its headings (with their `level`) and the text between them."""
    if block["type"] != "prose":
        return [block]
    parts = (part for part in HEADING.split(block["html"]) if part.strip())
    return [{"type": "prose", "html": Markup(part), "level": _level(part)} for part in parts]  # noqa: S704  (parts of it)


def _level(html: str) -> int:
    return int(html[2]) if HEADING.match(html) else 0


def _shown_in(pieces: Sequence[dict[str, Any]], place: int) -> set[str]:
    own = pieces[place].get("level", 0)
    if not own:
        return {READ, _mode_of(pieces[place])}
    modes = {READ}
    for piece in pieces[place + 1 :]:
        if 0 < piece.get("level", 0) <= own:
            break
        modes.add(_mode_of(piece))
    return modes


def _mode_of(block: dict[str, Any]) -> str:
    """Return the mode that a block belongs to; "" when it is only there to be read."""
    match block["type"]:
        case "question":
            return "predict" if block["question"]["role"] == "prediction" else "myths"
        case "exercise":
            return str(block["exercise"].kind)
        case "watch":
            return "watch"
        case "example" | "exhibit":
            return "run"
        case _:
            return ""


def _task(block: dict[str, Any], progress: Mapping[str, LessonProgress]) -> tuple[str, bool] | None:
    """Return what there is to do in a block, and whether it is done."""
    match block["type"]:
        case "question":
            answered = block["answered"]
            return block["question"]["id"], bool(answered and (answered["correct"] or _mode_of(block) == "predict"))
        case "exercise":
            reached = progress.get(block["lesson"].slug)
            own = reached and reached.exercises.get(block["exercise"].slug)
            return block["exercise"].slug, bool(own and own.done)
        case _:
            return None
