"""One lesson's folder: lesson.md, examples/, exercises/ and images/ → a `Lesson`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from course.content.exercises import SLUG, read_exercise
from course.content.findings import Findings
from course.content.front_matter import LESSON_KEYS, FrontMatter, read_front_matter
from course.content.highlight import highlight_python
from course.content.images import check_images
from course.content.markdown import Typesetter
from course.content.model import Block, Example, Exercise, ExerciseLink, Lesson, Prose, Question, Runtime
from course.content.programs import IGNORED, parse, read_text, telling_part, title_of
from course.content.questions import read_question
from course.content.scanner import LESSON_BLOCKS, BlockText, ProseText, scan


@dataclass(frozen=True)
class BundleLink:
    """A link in a bundle's text, to be held against the whole course."""

    file: str
    target: str
    line: int


@dataclass
class Bundle:
    """What was read from one folder: the lesson (None when it is broken) and what must be checked across lessons."""

    slug: str
    lesson: Lesson | None
    anchors: frozenset[str]
    exercises: frozenset[str]
    links: list[BundleLink] = field(default_factory=list)


def read_bundle(folder: Path, number: int, slug: str, findings: Findings) -> Bundle:
    """Read a lesson's folder; `findings` stands for the folder."""
    return _BundleReader(folder, number, slug, findings).read()


def content_hash(folder: Path) -> str:
    """Return a hash of every file in a bundle: it changes when anything of the lesson does."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        parts = path.relative_to(folder).parts
        if not IGNORED.intersection(parts):
            digest.update("/".join(parts).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class _BundleReader:
    def __init__(self, folder: Path, number: int, slug: str, findings: Findings) -> None:
        self.folder, self.number, self.slug = folder, number, slug
        self.here = findings
        self.text = findings.beside(f"{findings.file}/lesson.md")
        self.typesetter = Typesetter(self.text, image_address=f"/lessons/{slug}/images/")
        self.exercises: dict[str, Exercise | None] = {}
        self.links: list[BundleLink] = []
        self.used: dict[tuple[str, str], int] = {}
        self.runtimes: tuple[Runtime, ...] = ()

    def read(self) -> Bundle:
        before = len(self.here.problems)
        self._read_exercises()
        source = read_text(self.folder / "lesson.md", self.text)
        lesson = self._lesson(source) if source is not None else None
        self._keep_links(self.text.file, self.typesetter)
        check_images(self.folder, self.typesetter.images, self.text)
        if any(problem.severity == "error" for problem in self.here.problems[before:]):
            lesson = None
        return Bundle(self.slug, lesson, frozenset(self.typesetter.anchors), frozenset(self.exercises), self.links)

    def _lesson(self, source: str) -> Lesson:
        matter = read_front_matter(source, LESSON_KEYS, self.text)
        self.runtimes = tuple(matter.values["runtimes"])
        pieces = scan(matter.body, self.text, allowed=LESSON_BLOCKS, first_line=matter.body_line)
        blocks = tuple(block for piece in pieces if (block := self._block(piece)) is not None)
        self._report_unused()
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
            exercises=self._in_the_order_of_the_text(),
            version=content_hash(self.folder),
            runtimes=self.runtimes,
        )

    def _in_the_order_of_the_text(self) -> dict[str, Exercise]:
        placed = [name for kind, name in self.used if kind == "exercise"]
        found = {slug: self.exercises.get(slug) for slug in (*placed, *self.exercises)}
        return {slug: exercise for slug, exercise in found.items() if exercise is not None}

    def _matter_html(self, matter: FrontMatter, key: str) -> str:
        line = matter.lines.get(key, 1)
        pieces = scan(matter.text(key), self.text, allowed=(), first_line=line)
        return "".join(self.typesetter.block(piece.text, line) for piece in pieces)

    def _block(self, piece: ProseText | BlockText) -> Block | None:
        if isinstance(piece, ProseText):
            return Prose(self.typesetter.block(piece.text, piece.line))
        if piece.name == "example":
            return self._example(piece)
        if piece.name == "exercise":
            return self._exercise_link(piece)
        if piece.words and not self._once("question", piece.words[0], piece.line):
            return None
        return self._question(piece)

    def _question(self, piece: BlockText) -> Question | None:
        return read_question(piece, self.text, self.typesetter)

    def _name(self, piece: BlockText) -> str:
        if len(piece.words) != 1:
            fix = f"Write “::: {piece.name}” and one name, such as ::: {piece.name} who-hears-it"
            self.text.add(piece.line, "block-words", f"The {piece.name} does not name one thing.", fix)
            return ""
        name = piece.words[0]
        return name if self._once(piece.name, name, piece.line) else ""

    def _once(self, kind: str, name: str, line: int) -> bool:
        first = self.used.setdefault((kind, name), line)
        if first != line:
            message = f"The {kind} “{name}” is there already, on line {first}."
            self.text.add(line, "duplicate-id", message, "Give this one another id, or remove it.")
        return first == line

    def _example(self, piece: BlockText) -> Example | None:
        runtime = self._runtime(piece)
        name = self._name(replace(piece, words=piece.words[:1]))
        if not name:
            return None
        path = self.folder / "examples" / f"{name}.py"
        if not SLUG.match(name.replace("_", "-")) or not path.is_file():
            fix = f"Write examples/{name}.py, or correct the name."
            self.text.add(piece.line, "example-missing", f"There is no example “{name}”.", fix)
            return None
        file = self.here.beside(f"{self.here.file}/examples/{name}.py")
        source = read_text(path, file)
        tree = parse(source, file) if source is not None else None
        if source is None or tree is None:
            return None
        if not title_of(tree):
            fix = "Begin the program with a docstring: its first line is the title of the card."
            file.add(1, "example-title", "The example has no title.", fix)
        html = self.typesetter.block(piece.text, piece.line + 1)
        shown = highlight_python(telling_part(source, tree))
        return Example(name, title_of(tree), source, shown, "server.py", piece.line, html, runtime)

    def _runtime(self, piece: BlockText) -> Runtime:
        asked = piece.words[1:] or self.runtimes[:1]
        for runtime in self.runtimes:
            if asked == (runtime,):
                return runtime
        fix = f"This lesson's runtimes are: {', '.join(self.runtimes)}. Name one, or add yours to the front matter."
        self.text.add(piece.line, "example-runtime", f"The example can't run on “{' '.join(asked)}”.", fix)
        return self.runtimes[0]

    def _exercise_link(self, piece: BlockText) -> ExerciseLink | None:
        name = self._name(piece)
        if not name:
            return None
        if piece.text.strip():
            fix = "Remove the text; the card shows the exercise's own title and goal."
            self.text.add(piece.line, "block-text", "An exercise block holds text.", fix)
        if name not in self.exercises:
            fix = f"Create exercises/{name}/, or correct the name."
            self.text.add(piece.line, "exercise-missing", f"There is no exercise “{name}”.", fix)
            return None
        return ExerciseLink(name)

    def _read_exercises(self) -> None:
        root = self.folder / "exercises"
        for folder in sorted(root.iterdir()) if root.is_dir() else ():
            if not folder.is_dir() or folder.name in IGNORED:
                continue
            here = self.here.beside(f"{self.here.file}/exercises/{folder.name}")
            if not SLUG.match(folder.name) or folder.name in ("scratch", "images"):
                fix = "Name the folder in small letters, digits and hyphens; “scratch” and “images” are taken."
                here.add(1, "exercise-slug", f"“{folder.name}” can't name an exercise.", fix)
                continue
            task_file = here.beside(f"{here.file}/task.md")
            typesetter = Typesetter(task_file, image_address=self.typesetter.image_address)
            self.exercises[folder.name] = read_exercise(folder, here, typesetter)
            self._keep_links(task_file.file, typesetter)
            check_images(self.folder, typesetter.images, task_file)

    def _keep_links(self, file: str, typesetter: Typesetter) -> None:
        self.links.extend(BundleLink(file, link.target, link.line) for link in typesetter.links)

    def _report_unused(self) -> None:
        for path in sorted((self.folder / "examples").glob("*.py")):
            if ("example", path.stem) not in self.used:
                file = self.here.beside(f"{self.here.file}/examples/{path.name}")
                file.warn(1, "example-unused", "No text shows this example.", f"Place it: ::: example {path.stem}")
        for slug in self.exercises:
            if ("exercise", slug) not in self.used:
                file = self.here.beside(f"{self.here.file}/exercises/{slug}")
                file.warn(1, "exercise-unplaced", "No text offers this exercise.", f"Place it: ::: exercise {slug}")
