"""Evidence: each statement about behaviour is followed by the name of a program or a test that shows it.

A statement is a paragraph, a list or a table that holds inline code, and each question. The names are checked against
the bundle's examples, exercises and tests; whether the tests pass is left to the test run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.content.files import files_in, read_text
from course.content.problems import ProblemList
from course.content.programs import parse
from course.content.text.fences import FenceReader
from course.content.text.scanner import QUESTION_BLOCKS, BlockText, Evidence, Piece, ProseText

CLAIMS = "claims"
NO_BEHAVIOUR = "-"
"""Takes the place of a name where the text states no behaviour."""

_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s")
_HEADING = re.compile(r"^#{1,6}\s")
_FIX = (
    "Put “%% ” and a name directly below it: an example or exercise of this lesson, or a test in claims/. "
    "Write “%% -” when it states no behaviour."
)


@dataclass
class _Statement:
    """Lines of prose that belong together."""

    line: int
    lines: list[str]

    @property
    def last_line(self) -> int:
        return self.line + len(self.lines) - 1

    @property
    def is_list(self) -> bool:
        return bool(_ITEM.match(self.lines[0]))

    def goes_on_with(self, line: str) -> bool:
        """Return whether a line after an empty one still belongs to it: the next item of a loose list, or its text."""
        return self.is_list and bool(_ITEM.match(line) or line.startswith("  "))


def check_evidence(pieces: Sequence[Piece], names: Collection[str], problems: ProblemList) -> None:
    """Report statements without evidence, and evidence that does not exist.

    Args:
        pieces: of a lesson's text.
        names: of everything in the bundle that can show something.
        problems: collects those of the text's file.
    """
    for piece in pieces:
        for evidence in piece.evidence:
            _check_names(evidence, names, problems)
        if isinstance(piece, BlockText):
            if piece.name in QUESTION_BLOCKS and not piece.evidence:
                fix = _FIX.replace("directly below it", "on a line inside the block")
                problems.warn(piece.line, "evidence-missing", f"Nothing shows that this {piece.name} is right.", fix)
            continue
        shown = {evidence.line for evidence in piece.evidence}
        for statement in _statements(piece, shown):
            if _CODE.search("\n".join(statement.lines)) and statement.last_line + 1 not in shown:
                message = "Nothing shows that this is true."
                problems.warn(statement.last_line, "evidence-missing", message, _FIX)


def names_of(folder: Path, exercises: Collection[str], offered: Collection[str]) -> frozenset[str]:
    """Return the names that evidence in a bundle may give.

    Args:
        folder: the bundle's.
        exercises: those in it.
        offered: exercises of other lessons that its text offers, as ``lesson/exercise``.
    """
    examples = {path.stem for path in files_in(folder / "examples", "*.py")}
    return frozenset({NO_BEHAVIOUR, *examples, *exercises, *offered, *claim_tests(folder)})


def claim_tests(folder: Path) -> frozenset[str]:
    """Return the names of the test functions in a bundle's ``claims`` folder. Files that are not Python have none."""
    found: set[str] = set()
    for path in files_in(folder / CLAIMS, "test_*.py"):
        nobody = ProblemList(path.name)  # the test run says what is wrong with a test
        source = read_text(path, nobody)
        tree = parse(source, nobody) if source is not None else None
        found.update(_test_functions(tree.body) if tree is not None else ())
    return frozenset(found)


def _test_functions(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Look where pytest looks: a function inside another one is not a test."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from _test_functions(node.body)


def _check_names(evidence: Evidence, names: Collection[str], problems: ProblemList) -> None:
    if not evidence.names:
        problems.warn(evidence.line, "evidence-unknown", "This evidence names nothing.", _FIX)
    for name in evidence.names:
        if name not in names:
            kind = f"test “{name}” in {CLAIMS}/" if name.startswith("test_") else f"example or exercise “{name}” here"
            fix = "Correct the name, or write what it names."
            problems.warn(evidence.line, "evidence-unknown", f"There is no {kind}.", fix)


def _statements(prose: ProseText, shown: Collection[int]) -> Iterator[_Statement]:
    """Cut prose into paragraphs, lists and tables; a loose list stays whole unless there is evidence in it."""
    fence, current, ended = FenceReader(), None, False
    for number, line in enumerate(prose.text.split("\n"), prose.line):
        if fence.feed(line, number) or _HEADING.match(line):
            if current:
                yield current
            current = None
        elif not line.strip():
            ended = True
            if current and number in shown:
                yield current
                current = None
        elif current and (not ended or current.goes_on_with(line)):
            current.lines.extend([""] * (number - current.last_line - 1))
            current.lines.append(line)
            ended = False
        else:
            if current:
                yield current
            current, ended = _Statement(number, [line]), False
    if current:
        yield current
