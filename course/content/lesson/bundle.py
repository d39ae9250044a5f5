"""One lesson's folder: lesson.md, examples/, exercises/, images/ and reference.md → a `Lesson`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from course.content.files import files_below, files_in, fingerprint, folders_in, read_text, report_odd_files
from course.content.golden.mistakes import check_traces
from course.content.golden.recordings import FOLDER as RECORDINGS
from course.content.lesson.blocks import BlockReader, OfferedExercise
from course.content.lesson.client_code import report_alone
from course.content.lesson.exercises import SLUG, read_exercise
from course.content.lesson.front_matter import LESSON_KEYS, PAGE_KEYS, FrontMatter, read_front_matter
from course.content.lesson.reference import breakable, read_reference
from course.content.model import Lesson
from course.content.pieces import Exercise
from course.content.problems import ProblemList
from course.content.text.images import check_images
from course.content.text.scanner import scan
from course.content.text.typesetter import Typesetter

UNHASHED = "claims"
"""The folder whose files change nothing that a learner sees."""


@dataclass(frozen=True)
class BundleLink:
    """A link in a bundle's text, to be checked against the whole course."""

    file: str
    target: str
    line: int


@dataclass
class Bundle:
    """What was read from one folder: the lesson (None when it has an error) and what must be checked across lessons."""

    slug: str
    file: str
    """Path of lesson.md, relative to the course folder."""
    lesson: Lesson | None
    anchors: frozenset[str]
    exercises: frozenset[str]
    broken: Lesson | None = None
    """The readable part of a lesson with an error."""
    links: list[BundleLink] = field(default_factory=list)
    offered: list[OfferedExercise] = field(default_factory=list)


def read_bundle(
    folder: Path, number: int | None, slug: str, problems: ProblemList, terms: Mapping[str, str] | None = None
) -> Bundle:
    """Read a lesson's folder.

    Args:
        folder: holds the lesson.md.
        number: the lesson's place in the course; None for a page after the steps.
        slug: its name in addresses.
        problems: collects those of the folder.
        terms: every way to write a term of the glossary, with its anchor.
    """
    return _BundleReader(folder, number, slug, problems, terms or {}).read()


def content_hash(folder: Path) -> str:
    """Return a hash of every file in a bundle that learners may see: it changes when anything in the lesson does."""
    digest = hashlib.sha256()
    for path in files_below(folder):
        parts = path.relative_to(folder).parts
        if parts[0] != UNHASHED:
            digest.update("/".join(parts).encode() + b"\0" + fingerprint(path) + b"\0")
    return digest.hexdigest()[:16]


class _BundleReader:
    def __init__(
        self, folder: Path, number: int | None, slug: str, problems: ProblemList, terms: Mapping[str, str]
    ) -> None:
        self.folder, self.number, self.slug, self.terms = folder, number, slug, terms
        self.here = problems
        self.text = problems.beside(f"{problems.file}/lesson.md")
        self.typesetter = self._typesetter(self.text)
        self.exercises: dict[str, Exercise | None] = {}
        self.links: list[BundleLink] = []
        self.offered: list[OfferedExercise] = []

    def read(self) -> Bundle:
        before = len(self.here.found)
        report_odd_files(self.folder, self.here)
        self._read_exercises()
        source = read_text(self.folder / "lesson.md", self.text)
        lesson = self._lesson(source) if source is not None else None
        self._settle(self.typesetter)
        is_broken = any(problem.severity == "error" for problem in self.here.found[before:])
        return Bundle(
            slug=self.slug,
            file=self.text.file,
            lesson=None if is_broken else lesson,
            broken=lesson if is_broken else None,
            anchors=frozenset(self.typesetter.anchors),
            exercises=frozenset(self.exercises),
            links=self.links,
            offered=self.offered,
        )

    def _lesson(self, source: str) -> Lesson:
        matter = read_front_matter(source, PAGE_KEYS if self.number is None else LESSON_KEYS, self.text)
        reader = BlockReader(
            self.folder,
            self.slug,
            self.here,
            self.typesetter,
            exercises=self.exercises,
            runtimes=tuple(matter.values["runtimes"]),
        )
        blocks = reader.read(matter.body, matter.body_line)
        self.offered = reader.offered
        self._report_unused(reader)
        return Lesson(
            slug=self.slug,
            number=self.number,
            title=matter.text("title"),
            level=matter.text("level"),
            minutes=int(matter.values["minutes"]),
            idea_html=self._matter_html(matter, "idea"),
            summary=matter.text("summary"),
            result_html=self._matter_html(matter, "result"),
            insight_html=self._matter_html(matter, "insight"),
            events=matter.names("events"),
            draft=bool(matter.values["draft"]),
            blocks=blocks,
            headings=tuple(self.typesetter.headings),
            exercises=self._in_the_order_of(reader),
            version=content_hash(self.folder),
            folder=self.here.file,
            reference_html=self._reference(),
            deliveries=tuple(reader.deliveries.deliveries),
            demonstrations=tuple(reader.demonstrations.demonstrations),
            runtimes=reader.runtimes,
        )

    def _in_the_order_of(self, reader: BlockReader) -> dict[str, Exercise]:
        found = {slug: self.exercises.get(slug) for slug in (*reader.placed("exercise"), *self.exercises)}
        return {slug: exercise for slug, exercise in found.items() if exercise is not None}

    def _matter_html(self, matter: FrontMatter, key: str) -> str:
        line = matter.lines.get(key, 1)
        pieces = scan(matter.text(key), self.text, allowed=(), first_line=line)
        return "".join(self.typesetter.block(piece.text, line) for piece in pieces)

    def _reference(self) -> str:
        typesetter = self._typesetter(self.here.beside(f"{self.here.file}/reference.md"))
        typesetter.anchor_prefix = f"{self.slug}-"
        html = read_reference(self.folder, typesetter)
        self._settle(typesetter)
        return breakable(html)

    def _read_exercises(self) -> None:
        root = self.folder / "exercises"
        for folder in folders_in(root):
            here = self.here.beside(f"{self.here.file}/exercises/{folder.name}")
            if not SLUG.match(folder.name) or folder.name in ("scratch", "images"):
                fix = "Name the folder in small letters, digits and hyphens; “scratch” and “images” are taken."
                here.add(1, "exercise-slug", f"“{folder.name}” can't name an exercise.", fix)
                continue
            typesetter = self._typesetter(here.beside(f"{here.file}/task.md"))
            self.exercises[folder.name] = read_exercise(folder, here, typesetter)
            self._settle(typesetter)
        check_traces(self.folder, self.exercises, self.here)

    def _typesetter(self, file: ProblemList) -> Typesetter:
        return Typesetter(file, image_address=f"/lessons/{self.slug}/images/", terms=self.terms)

    def _settle(self, typesetter: Typesetter) -> None:
        """Check the images that a text has shown; keep its links until all lessons are read."""
        file = typesetter.problems
        self.links.extend(BundleLink(link.file, link.target, link.line) for link in typesetter.links)
        check_images(self.folder, typesetter.images, file)

    def _report_unused(self, reader: BlockReader) -> None:
        """Report what no text shows; nothing while the text has a mistake, from which that may follow."""
        if any(each.file == self.text.file and each.severity == "error" for each in self.here.found):
            return
        for path in files_in(self.folder / "examples", "*.py"):
            if path.stem not in (*reader.placed("example"), *reader.placed("exhibited")):
                file = self.here.beside(f"{self.here.file}/examples/{path.name}")
                file.warn(1, "example-unused", "No text shows this example.", f"Place it: ::: example {path.stem}")
        report_alone(self.folder / "examples", self.here.beside(f"{self.here.file}/examples"))
        for path in files_in(self.folder / RECORDINGS, "*.json"):
            if path.stem not in reader.placed("recording"):
                file = self.here.beside(f"{self.here.file}/{RECORDINGS}/{path.name}")
                file.warn(1, "recording-unused", "No text shows this.", f"Place it: ::: recording {path.stem}")
        for slug in self.exercises:
            if slug not in reader.placed("exercise"):
                file = self.here.beside(f"{self.here.file}/exercises/{slug}")
                file.warn(1, "exercise-unplaced", "No text offers this exercise.", f"Place it: ::: exercise {slug}")
