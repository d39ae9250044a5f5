"""What a course is, once it has been read from disk: frozen values and the problems found on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from course.content.pieces import Block, Delivery, Demonstration, Example, Exercise, Exhibit, Question
from course.content.problems import Problem
from course.content.text.typesetter import Heading
from course.program import Files, Runtime

SCRATCH = "scratch"
"""The workspace of a lesson (and of the playground) that belongs to no exercise: examples run here."""

PLAYGROUND = "playground"
"""The reserved slug of the page, and of the namespace, that belongs to no lesson."""


@dataclass(frozen=True)
class Term:
    """One entry of the glossary."""

    id: str
    """The anchor on the page ``/glossary/``."""
    name: str
    also: tuple[str, ...]
    """Other forms by which a text may name it."""
    html: str


@dataclass(frozen=True)
class Lesson:
    slug: str
    number: int | None
    """The place among the steps; None for a page after them."""
    title: str
    level: str
    """Empty for a page that belongs to no level."""
    minutes: int
    idea_html: str
    summary: str
    """One plain sentence for the course map."""
    result_html: str
    insight_html: str
    events: tuple[str, ...]
    """Event names offered in the client cards of the lesson page."""
    draft: bool
    """Whether it is unfinished: learners don't see it."""
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]
    exercises: Mapping[str, Exercise]
    version: str
    folder: str
    """Path of its folder, relative to the course folder."""
    reference_html: str = ""
    """The lesson's cheat sheet; empty when it has none."""
    deliveries: tuple[Delivery, ...] = ()
    """The scenarios of the delivery questions; those without a recording, too, which are not among the blocks."""
    demonstrations: tuple[Demonstration, ...] = ()
    """Those without a recording, too, which are not among the blocks."""
    runtimes: tuple[Runtime, ...] = ("threading",)
    """The runtimes that the lesson's free workspace offers; the first is used unless the learner chooses another."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return every question and prediction, in the order of the text."""
        return tuple(block for block in self.blocks if isinstance(block, Question))

    @property
    def examples(self) -> tuple[Example, ...]:
        """Return the programs that the text shows, and those that only its exhibits run."""
        shown = {block.id: block for block in self.blocks if isinstance(block, Example)}
        for block in self.blocks:
            if isinstance(block, Exhibit) and block.example:
                shown.setdefault(block.example.id, block.example)
        return tuple(shown.values())


@dataclass(frozen=True)
class Part:
    """A group of pages after the steps."""

    title: str
    summary: str
    pages: tuple[Lesson, ...]


@dataclass(frozen=True)
class Course:
    title: str
    tagline: str
    lessons: tuple[Lesson, ...]
    """In order of their numbers. A lesson whose bundle has an error is left out."""
    playground: Files
    """What the playground's editor holds at first."""
    problems: tuple[Problem, ...] = ()
    root: Path = field(default_factory=Path)
    glossary: tuple[Term, ...] = ()
    """In alphabetical order."""
    parts: tuple[Part, ...] = ()
    """The groups of pages after the steps, in the order of the map."""
    opening: Lesson | None = None
    """A page whose text is shown on the course map."""
    broken: tuple[Lesson, ...] = ()
    """The readable part of lessons and pages with an error: for their authors only, and in no list of the course."""

    @property
    def pages(self) -> tuple[Lesson, ...]:
        """Return the pages after the steps, in the order of the map."""
        return tuple(page for part in self.parts for page in part.pages)

    @property
    def everything(self) -> tuple[Lesson, ...]:
        """Return everything with a page and a workspace of its own: steps, pages, and the opening."""
        return (*self.lessons, *self.pages, *((self.opening,) if self.opening else ()))

    @property
    def readable(self) -> tuple[Lesson, ...]:
        """Return everything that has an address in development: what is broken, too."""
        return (*self.everything, *self.broken)

    @property
    def runtimes(self) -> tuple[Runtime, ...]:
        """Return the runtimes of the lessons' programs, in the order of first use; threading is always among them."""
        used: dict[Runtime, None] = {"threading": None}
        for lesson in self.readable:
            used |= dict.fromkeys((*lesson.runtimes, *(each.runtime for each in lesson.exercises.values())))
        return tuple(used)

    def lesson(self, slug: str) -> Lesson:
        """Return the lesson or page of that name; in development it may be broken.

        Raises:
            KeyError: there is no such lesson.
        """
        for lesson in self.readable:
            if lesson.slug == slug:
                return lesson
        raise KeyError(slug)

    def without_drafts(self) -> Course:
        """Return the course as learners see it: neither drafts nor what is broken."""
        opening = None if self.opening and self.opening.draft else self.opening
        parts = tuple(replace(part, pages=_finished(part.pages)) for part in self.parts)
        parts = tuple(part for part in parts if part.pages)
        return replace(self, lessons=_finished(self.lessons), parts=parts, opening=opening, broken=())


def _finished(lessons: tuple[Lesson, ...]) -> tuple[Lesson, ...]:
    return tuple(lesson for lesson in lessons if not lesson.draft)
