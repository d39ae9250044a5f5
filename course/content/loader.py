"""The course on disk → a frozen `Course`: every lesson without an error, and every problem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from course.content.course_file import COURSE_FILE, CourseFile, NamedPage, read_course_file
from course.content.files import folders_in, report_odd_files
from course.content.glossary import GLOSSARY_FILE, Glossary, read_glossary
from course.content.guarded import guarded
from course.content.lesson.bundle import Bundle, BundleLink, read_bundle
from course.content.lesson.exercises import SLUG
from course.content.links import CourseLinks
from course.content.model import PLAYGROUND, Course, Lesson, Part
from course.content.problems import ProblemList
from course.content.programs import read_program

BUNDLE = re.compile(r"^(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)$")
PAGES = "pages"
"""The folder of the pages after the steps."""


def load_course(root: Path) -> Course:
    """Read the course in `root`. Never raises for an author's mistake: see ``Course.problems``."""
    problems = ProblemList(COURSE_FILE)
    outline = guarded(lambda: read_course_file(root, problems), CourseFile(), problems)
    glossary = guarded(lambda: read_glossary(root, problems), Glossary(), problems.beside(GLOSSARY_FILE))
    report_odd_files(root, problems.beside(""), deep=False)
    reader = _Bundles(root, problems, glossary.anchors)
    steps = reader.steps()
    pages = {bundle.slug: bundle for bundle in reader.pages()}
    links = CourseLinks([*steps, *pages.values()], frozenset(glossary.anchors.values()), problems)
    for bundle in (*steps, *pages.values()):
        guarded(partial(links.check, bundle), None, problems.beside(bundle.file))
    for link in glossary.links:
        links.check_link(BundleLink(GLOSSARY_FILE, link.target, link.line), ())
    lessons = [bundle.lesson for bundle in steps if bundle.lesson is not None]
    placing = _Placing(pages, problems)
    parts, opening = placing.parts(outline), placing.opening(outline)
    placing.report_left_over()
    playground = _playground(root, outline, problems)
    return Course(
        title=outline.title,
        tagline=outline.tagline,
        lessons=tuple(sorted(lessons, key=lambda lesson: lesson.number or 0)),
        playground=playground,
        problems=tuple(sorted(set(problems.found))),
        root=root,
        glossary=glossary.terms,
        parts=parts,
        opening=opening,
        broken=tuple(bundle.broken for bundle in (*steps, *pages.values()) if bundle.broken is not None),
    )


def _playground(root: Path, outline: CourseFile, problems: ProblemList) -> dict[str, str]:
    folder = outline.playground
    if not folder:
        return {}
    here = problems.beside(folder)
    report_odd_files(root / folder, here)
    return guarded(lambda: read_program(root / folder, here), None, here) or {}


class _Bundles:
    """Finds the folders of lessons and pages; no two may have the same name."""

    def __init__(self, root: Path, problems: ProblemList, terms: Mapping[str, str]) -> None:
        self.root, self.problems, self.terms = root, problems, terms
        self.taken: dict[str, str] = {}

    def steps(self) -> list[Bundle]:
        """Read every numbered folder."""
        bundles = []
        for folder in folders_in(self.root):
            here = self.problems.beside(folder.name)
            match = BUNDLE.match(folder.name)
            if match is None:
                if (folder / "lesson.md").exists():
                    fix = "Name the folder with two digits and a slug: 03-listening-to-events."
                    here.add(1, "bundle-name", f"“{folder.name}” is no name for a lesson.", fix)
            elif self._free(match[1], here) & self._free(match[2], here):
                bundles.append(self._read(folder, int(match[1]), match[2], here))
        return bundles

    def pages(self) -> list[Bundle]:
        """Read every folder in ``pages``."""
        bundles = []
        for folder in folders_in(self.root / PAGES):
            here = self.problems.beside(f"{PAGES}/{folder.name}")
            if not SLUG.match(folder.name):
                if (folder / "lesson.md").exists():
                    fix = "Name the folder in small letters, digits and hyphens: under-the-hood."
                    here.add(1, "bundle-name", f"“{folder.name}” is no name for a page.", fix)
            elif self._free(folder.name, here):
                bundles.append(self._read(folder, None, folder.name, here))
        return bundles

    def _read(self, folder: Path, number: int | None, slug: str, here: ProblemList) -> Bundle:
        text = here.beside(f"{here.file}/lesson.md")
        unreadable = Bundle(slug, text.file, lesson=None, anchors=frozenset(), exercises=frozenset())
        return guarded(lambda: read_bundle(folder, number, slug, here, self.terms), unreadable, text)

    def _free(self, name: str, here: ProblemList) -> bool:
        if name == PLAYGROUND:
            here.add(1, "bundle-name", "“playground” is a page of its own.", "Give the lesson another name.")
            return False
        other = self.taken.setdefault(name, here.file)
        if other != here.file:
            fix = "Give this one a number and a name of its own."
            here.add(1, "duplicate-id", f"{other} has “{name}” already.", fix)
        return other == here.file


class _Placing:
    """Puts the pages where course.toml wants them."""

    def __init__(self, pages: Mapping[str, Bundle], problems: ProblemList) -> None:
        self.pages, self.problems = pages, problems
        self.placed: dict[str, int] = {}

    def parts(self, outline: CourseFile) -> tuple[Part, ...]:
        parts = []
        for part in outline.parts:
            pages = tuple(page for name in part.pages if (page := self._page(name)) is not None)
            parts.append(Part(part.title, part.summary, pages))
        return tuple(parts)

    def opening(self, outline: CourseFile) -> Lesson | None:
        return self._page(outline.opening) if outline.opening else None

    def _page(self, name: NamedPage) -> Lesson | None:
        bundle = self.pages.get(name.slug)
        if bundle is None:
            fix = f"Create {PAGES}/{name.slug}/lesson.md, or correct the name."
            self.problems.add(name.line, "page-missing", f"There is no page “{name.slug}”.", fix)
            return None
        if name.slug in self.placed:
            message = f"The page “{name.slug}” is placed already, on line {self.placed[name.slug]}."
            self.problems.add(name.line, "duplicate-id", message, "Keep one of the two places.")
            return None
        self.placed[name.slug] = name.line
        return bundle.lesson

    def report_left_over(self) -> None:
        for slug, bundle in self.pages.items():
            if slug not in self.placed:
                fix = f'Name it in course.toml: pages = ["{slug}"] in one of the [[parts]].'
                self.problems.beside(bundle.file).warn(1, "page-unplaced", "No part of the course has this page.", fix)
