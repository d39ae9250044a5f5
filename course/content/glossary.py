"""``glossary.md``: the words that the course explains once, and marks as ``[[word]]`` where that helps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from markdown.extensions.toc import slugify

from course.content.files import is_there, read_text
from course.content.model import Term
from course.content.problems import ProblemList
from course.content.text.fences import FenceReader
from course.content.text.scanner import scan
from course.content.text.typesetter import Reference, Typesetter

GLOSSARY_FILE = "glossary.md"

_HEADING = re.compile(r"^## +(\S.*?) *$")
_ALSO = re.compile(r"^also: *(\S.*)$")


@dataclass
class _Entry:
    name: str
    line: int
    also: tuple[str, ...] = ()
    text: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Glossary:
    """The terms in alphabetical order, every spelling of them, and the links in their explanations."""

    terms: tuple[Term, ...] = ()
    anchors: Mapping[str, str] = field(default_factory=dict)
    """Every form of a term in lower case → its anchor on the glossary's page."""
    links: tuple[Reference, ...] = ()


def read_glossary(root: Path, problems: ProblemList) -> Glossary:
    """Return the glossary of the course; a course without the file has an empty one."""
    file = problems.beside(GLOSSARY_FILE)
    if not is_there(root / GLOSSARY_FILE):
        return Glossary()
    source = read_text(root / GLOSSARY_FILE, file)
    entries = _entries(source or "", file)
    anchors = _anchors(entries, file)
    typesetter = Typesetter(file, terms=anchors)
    terms = []
    for entry in entries:
        pieces = scan("\n".join(entry.text), file, allowed=(), first_line=entry.line + 1)
        html = "".join(typesetter.block(piece.text, piece.line) for piece in pieces)
        if not html:
            file.add(entry.line, "glossary-entry", f"“{entry.name}” is not explained.", "Write one short paragraph.")
        terms.append(Term(_anchor(entry.name), entry.name, entry.also, html))
    terms.sort(key=lambda term: term.name.casefold())
    return Glossary(tuple(terms), anchors, tuple(typesetter.links))


def _entries(source: str, file: ProblemList) -> list[_Entry]:
    entries: list[_Entry] = []
    lost = False
    fence = FenceReader()
    for number, line in enumerate(source.split("\n"), 1):
        heading = None if fence.feed(line, number) else _HEADING.match(line)
        if heading:
            entries.append(_Entry(heading[1], number))
        elif not entries:
            if line.strip() and not line.startswith("# ") and not lost:
                lost = True
                fix = "Begin each term with a line “## term”."
                file.add(number, "glossary-entry", "This text belongs to no term.", fix)
        elif (also := _ALSO.match(line)) and not "".join(entries[-1].text).strip():
            entries[-1].also = tuple(name for name in map(str.strip, also[1].split(",")) if name)
            entries[-1].text.append("")
        else:
            entries[-1].text.append(line)
    return entries


def _anchors(entries: list[_Entry], file: ProblemList) -> Mapping[str, str]:
    anchors: dict[str, str] = {}
    lines: dict[str, int] = {}
    for entry in entries:
        for name in (entry.name, *entry.also):
            first = lines.setdefault(name.casefold(), entry.line)
            if name.casefold() in anchors:
                fix = "Keep one of the two, or give one another name."
                file.add(entry.line, "duplicate-id", f"“{name}” is there already, on line {first}.", fix)
            anchors.setdefault(name.casefold(), _anchor(entry.name))
    return anchors


def _anchor(name: str) -> str:
    return slugify(name, "-")
