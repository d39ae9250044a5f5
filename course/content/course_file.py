"""``course.toml``: the name of the course, and what follows its steps."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.content.files import read_text
from course.content.problems import ProblemList

COURSE_FILE = "course.toml"
COURSE_KEYS = ("title", "tagline", "playground", "opening", "parts")
PART_KEYS = ("title", "summary", "pages")


@dataclass(frozen=True)
class NamedPage:
    """The name of a page, and the line of course.toml it is on."""

    slug: str
    line: int


@dataclass(frozen=True)
class PartOutline:
    """One ``[[parts]]`` table, before its pages are looked up."""

    title: str
    summary: str
    pages: tuple[NamedPage, ...]


@dataclass(frozen=True)
class CourseFile:
    """The content of the file; empty where it is missing or wrong."""

    title: str = ""
    tagline: str = ""
    playground: str = ""
    """The folder of the playground's program."""
    opening: NamedPage | None = None
    parts: tuple[PartOutline, ...] = field(default=())


def read_course_file(root: Path, problems: ProblemList) -> CourseFile:
    """Read the file; every mistake goes to `problems`, the list of this file."""
    source = read_text(root / COURSE_FILE, problems)
    if source is None:
        return CourseFile()
    try:
        values = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"line (\d+)", str(error))
        line = int(match[1]) if match else 1
        problems.add(line, "course-file", f"This is not valid TOML: {error}.", 'Write one key = "value" a line.')
        return CourseFile()
    return _Reader(source, values, problems).read()


class _Reader:
    def __init__(self, source: str, values: dict[str, Any], problems: ProblemList) -> None:
        self.lines = source.split("\n")
        self.values, self.problems = values, problems

    def read(self) -> CourseFile:
        for key in self.values.keys() - set(COURSE_KEYS):
            self._unknown(key, COURSE_KEYS, 1)
        for key in ("title", "tagline"):
            if not _is_text(self.values.get(key)):
                self.problems.add(1, "course-key", f"“{key}” is missing.", f'Add a line {key} = "…".')
        return CourseFile(
            title=str(self.values.get("title", "")),
            tagline=str(self.values.get("tagline", "")),
            playground=self._playground(),
            opening=self._opening(),
            parts=self._parts(),
        )

    def _playground(self) -> str:
        table = self.values.get("playground", {})
        server = table.get("server") if isinstance(table, dict) else None
        if not isinstance(server, str) or not server.endswith("/server.py") or ".." in server:
            fix = 'Add [playground] with server = "playground/server.py".'
            self.problems.add(1, "course-key", "The playground has no program.", fix)
            return ""
        return server.removesuffix("/server.py")

    def _opening(self) -> NamedPage | None:
        slug = self.values.get("opening")
        if slug is None:
            return None
        line = self._line_of("opening")
        if _is_text(slug):
            return NamedPage(slug, line)
        fix = 'Name a folder of pages/: opening = "opening".'
        self.problems.add(line, "course-key", "“opening” names no page.", fix)
        return None

    def _parts(self) -> tuple[PartOutline, ...]:
        tables = self.values.get("parts", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.problems.add(self._line_of("parts"), "course-key", "“parts” holds no tables.", "Write [[parts]].")
            return ()
        starts = [number for number, line in enumerate(self.lines, 1) if re.match(r"\s*\[\[ *parts *\]\]", line)]
        starts += [1] * (len(tables) - len(starts))
        return tuple(self._part(table, start) for table, start in zip(tables, starts, strict=False))

    def _part(self, table: dict[str, Any], start: int) -> PartOutline:
        for key in table.keys() - set(PART_KEYS):
            self._unknown(key, PART_KEYS, start)
        for key in ("title", "summary"):
            if not _is_text(table.get(key)):
                self.problems.add(start, "course-key", f"This part has no “{key}”.", f'Add a line {key} = "…".')
        slugs = table.get("pages")
        if not isinstance(slugs, list) or not slugs or not all(map(_is_text, slugs)):
            fix = 'Name folders of pages/, in the order of the map: pages = ["under-the-hood"].'
            self.problems.add(start, "course-key", "This part names no pages.", fix)
            slugs = []
        pages = tuple(NamedPage(slug, self._line_of(f'"{slug}"', start, anywhere=True)) for slug in slugs)
        return PartOutline(str(table.get("title", "")), str(table.get("summary", "")), pages)

    def _unknown(self, key: str, known: tuple[str, ...], start: int) -> None:
        fix = "The keys are: " + ", ".join(known) + "."
        self.problems.add(self._line_of(key, start), "unknown-key", f"There is no key “{key}”.", fix)

    def _line_of(self, what: str, start: int = 1, *, anywhere: bool = False) -> int:
        """Return the line of a key, or of any text, from line `start` on; `start` when it can't be found."""
        pattern = re.compile(re.escape(what) if anywhere else rf"^\s*\[?\[?\s*\"?{re.escape(what)}\b")
        found = (number for number, line in enumerate(self.lines[start - 1 :], start) if pattern.search(line))
        return next(found, start)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
