"""``reference.md``: a lesson's cheat sheet, which learners also print together with those of the other lessons."""

from __future__ import annotations

import re
from pathlib import Path

from course.content.files import is_there, read_text
from course.content.problems import ProblemList
from course.content.text.fences import FenceReader
from course.content.text.scanner import scan
from course.content.text.typesetter import Typesetter

MAX_ROWS = 14
"""Rows of tables: the sheets of all lessons together fit on two printed pages."""

_CODE = re.compile(r"<code>.*?</code>")
_BREAK = re.compile(r"(?<=[(,=\[{])(?=[\w&({\[])|(?<=[a-z)])(?=\.[a-z])")
_RULE = re.compile(r"^\s*\|[\s|:-]+$")


def read_reference(folder: Path, typesetter: Typesetter) -> str:
    """Return the HTML of a bundle's ``reference.md``; empty when it has none.

    Args:
        folder: the bundle's.
        typesetter: its own, so that its headings are not among the lesson's.
    """
    path, file = folder / "reference.md", typesetter.problems
    source = read_text(path, file) if is_there(path) else None
    if source is None:
        return ""
    if not source.strip():
        file.add(1, "reference-empty", "The cheat sheet is empty.", "Write short tables below ## headings.")
    _check_length(source, file)
    return "".join(typesetter.block(piece.text, piece.line) for piece in scan(source, file, allowed=()))


def breakable(html: str) -> str:
    """Return the HTML with possible line breaks in its code: after a bracket, a comma or a sign, and before a dot.

    Otherwise a narrow column would break a name in the middle.
    """
    return _CODE.sub(lambda code: _BREAK.sub("<wbr>", code[0]), html)


def _check_length(source: str, file: ProblemList) -> None:
    fence, rows = FenceReader(), 0
    for number, line in enumerate(source.split("\n"), 1):
        if fence.feed(line, number) or not line.lstrip().startswith("|"):
            continue
        rows += -1 if _RULE.match(line) else 1  # the rule below a table's head cancels the head
        if rows > MAX_ROWS:
            fix = "Keep what is looked up most; the lesson has the rest."
            file.warn(number, "reference-long", f"The cheat sheet has more than {MAX_ROWS} rows.", fix)
            return
