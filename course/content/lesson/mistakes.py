"""The known mistakes of an exercise: ``wrong/<id>/server.py``, and what a learner reads who makes one of them."""

from __future__ import annotations

import re
from pathlib import Path

from course.content.files import folders_in, is_there, read_text
from course.content.pieces import Mistake
from course.content.problems import ProblemList
from course.content.programs import WHY_FILE, read_program
from course.content.text.scanner import scan
from course.content.text.typesetter import Reference, Typesetter

FEWEST_MISTAKES = 3

_ID = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
_BELIEF = re.compile(r"^\[(.+)\]\((\S+)\)$")
_FORM = (
    "Begin the file with what one believes who makes this mistake, as a link to the heading below which the lesson "
    "explains it: [An emit reaches everybody.](#two-functions-called-emit)"
)


def read_mistakes(folder: Path, problems: ProblemList, typesetter: Typesetter) -> tuple[Mistake, ...]:
    """Return the mistakes in a folder ``wrong``; `problems` collects those of the folder of the exercise."""
    mistakes: list[Mistake] = []
    folders = folders_in(folder)
    for path in folders:
        here = problems.beside(f"{problems.file}/wrong/{path.name}")
        if not _ID.match(path.name):
            fix = "Name the folder in small letters, digits and hyphens."
            here.add(1, "mistake-id", f"“{path.name}” is no proper id.", fix)
        files = read_program(path, here)
        file = here.beside(f"{here.file}/{WHY_FILE}")
        why = _why(path / WHY_FILE, file)
        if files is not None and why:
            belief, address, rest = _belief(why, file)
            if address:
                typesetter.links.append(Reference(address, 1, file.file))
            belief_html = typesetter.inline(belief, 1, file) if belief else ""
            mistakes.append(Mistake(path.name, files, _set_prose(rest, file, typesetter), belief_html, address))
    if len(folders) < FEWEST_MISTAKES:
        fix = "Add wrong/<id>/server.py and why.md for mistakes that learners really make."
        message = f"The exercise knows {len(folders)} wrong answers; it needs {FEWEST_MISTAKES}."
        problems.beside(f"{problems.file}/wrong").warn(1, "too-few-mistakes", message, fix)
    return tuple(mistakes)


def _why(path: Path, file: ProblemList) -> str:
    if not is_there(path):
        fix = "Write what goes wrong and why: the learner who makes this mistake reads it."
        file.add(1, "why-missing", "This wrong answer has no explanation.", fix)
        return ""
    why = (read_text(path, file) or "").rstrip()
    if not why:
        file.add(1, "why-missing", "The explanation is empty.", "Write what goes wrong and why.")
    return why


def _belief(why: str, file: ProblemList) -> tuple[str, str, str]:
    """Return the belief behind the mistake, the address of the text that corrects it, and the text below.

    The first line stays in the text as an empty line, so that the others keep their numbers.
    """
    first, _, rest = why.partition("\n")
    found = _BELIEF.match(first.strip())
    if found is None or "#" not in found[2]:
        file.warn(1, "why-belief", "The explanation does not name the belief behind the mistake.", _FORM)
    if found is None:
        return "", "", why
    if not rest.strip():
        file.add(1, "why-missing", "The explanation is empty.", "Write below the first line what goes wrong and why.")
    return found[1], found[2], "\n" + rest


def _set_prose(text: str, file: ProblemList, typesetter: Typesetter) -> str:
    """Render Markdown in which no block is allowed."""
    pieces = scan(text, file, allowed=())
    return "".join(typesetter.block(piece.text, piece.line, file) for piece in pieces)
