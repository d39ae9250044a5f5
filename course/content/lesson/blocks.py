"""The blocks of a lesson.md, one after the other: text, questions, examples, and the places of exercises."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from course.content.files import read_text
from course.content.golden.deliveries import Golden
from course.content.golden.demonstrations import DemonstrationReader
from course.content.golden.recordings import FOLDER, read_recording
from course.content.lesson.client_code import read_client
from course.content.lesson.evidence import check_evidence, names_of
from course.content.lesson.exercises import SLUG
from course.content.lesson.exhibits import EXHIBITS
from course.content.pieces import Block, Example, ExerciseLink, Exhibit, Prose, Recording
from course.content.problems import ProblemList
from course.content.programs import parse, telling_part, title_of
from course.content.questions.choice import read_question
from course.content.questions.delivery import DeliveryReader
from course.content.text.scanner import LESSON_BLOCKS, BlockText, ProseText, scan
from course.content.text.typesetter import Typesetter
from course.program import Runtime


@dataclass(frozen=True)
class OfferedExercise:
    """An exercise of another lesson that a text offers: it is looked up once all lessons are read."""

    lesson: str
    exercise: str
    line: int


class BlockReader:
    """Reads the blocks of one lesson's text."""

    def __init__(
        self,
        folder: Path,
        slug: str,
        problems: ProblemList,
        typesetter: Typesetter,
        *,
        exercises: Collection[str],
        runtimes: tuple[Runtime, ...],
    ) -> None:
        """`problems` and `exercises` are those of the folder, `runtimes` those that the lesson offers."""
        self.folder, self.slug, self.here, self.typesetter = folder, slug, problems, typesetter
        self.text = typesetter.problems
        self.exercises, self.runtimes = exercises, runtimes
        self.offered: list[OfferedExercise] = []
        self.deliveries = DeliveryReader(self.text, typesetter, Golden(folder, problems), self._default_program)
        self.demonstrations = DemonstrationReader(folder, problems, self.text, self._default_program)
        self._used: dict[tuple[str, str], int] = {}

    def read(self, body: str, first_line: int) -> tuple[Block, ...]:
        """Return the blocks of the text below the front matter."""
        pieces = scan(body, self.text, allowed=LESSON_BLOCKS, first_line=first_line)
        blocks = tuple(block for piece in pieces if (block := self._block(piece)) is not None)
        if not any(problem.severity == "error" for problem in self.here.found):  # what is left over may follow from it
            self.deliveries.golden.report_left_over()
        self.demonstrations.report_left_over()
        elsewhere = [name for name in self.placed("exercise") if "/" in name]
        check_evidence(pieces, names_of(self.folder, self.exercises, elsewhere), self.text)
        return blocks

    def placed(self, kind: str) -> list[str]:
        """Return the names of the examples or exercises that the text has shown, in the order of the text."""
        return [name for each, name in self._used if each == kind]

    def _block(self, piece: ProseText | BlockText) -> Block | None:
        if isinstance(piece, ProseText):
            return Prose(*self.typesetter.prose(piece.text, piece.line))
        match piece.name:
            case "example":
                return self._example(piece)
            case "exercise":
                return self._exercise_link(piece)
            case "exhibit":
                return self._exhibit(piece)
            case "recording":
                return self._recording(piece)
            case "watch":
                return self.demonstrations.read(piece) if self._name(piece) else None
            case _:
                if piece.words and not self._once("question", piece.words[0], piece.line):
                    return None
                if piece.words[1:] == ("delivery",):
                    return self.deliveries.read(piece)
                return read_question(piece, self.text, self.typesetter)

    def _name(self, piece: BlockText) -> str:
        if len(piece.words) != 1:
            fix = f"Write “::: {piece.name}” and one name, such as ::: {piece.name} who-hears-it"
            self.text.add(piece.line, "block-words", f"The {piece.name} does not name one thing.", fix)
            return ""
        name = piece.words[0]
        return name if self._once(piece.name, name, piece.line) else ""

    def _once(self, kind: str, name: str, line: int) -> bool:
        first = self._used.setdefault((kind, name), line)
        if first != line:
            message = f"The {kind} “{name}” is there already, on line {first}."
            self.text.add(line, "duplicate-id", message, "Give this one another id, or remove it.")
        return first == line

    def _example(self, piece: BlockText) -> Example | None:
        runtime = self._runtime(piece)
        name = self._name(replace(piece, words=piece.words[:1]))
        html = self.typesetter.block(piece.text, piece.line + 1)
        return self._program(name, piece.line, runtime, html) if name else None

    def _program(self, name: str, line: int, runtime: Runtime, try_text_html: str = "") -> Example | None:
        path = self.folder / "examples" / f"{name}.py"
        if not SLUG.match(name.replace("_", "-")) or not path.is_file():
            bare = name.removesuffix(".py")
            fix = f"Write examples/{name}.py, or correct the name." if bare == name else f"Leave out .py: {bare}"
            self.text.add(line, "example-missing", f"There is no example “{name}”.", fix)
            return None
        file = self.here.beside(f"{self.here.file}/examples/{name}.py")
        source = read_text(path, file)
        tree = parse(source, file) if source is not None else None
        if source is None or tree is None:
            return None
        if not title_of(tree):
            fix = "Begin the program with a docstring: its first line is the title of the card."
            file.add(1, "example-title", "The example has no title.", fix)
        client = read_client(path, self.here.beside(f"{self.here.file}/examples"))
        return Example(
            id=name,
            title=title_of(tree),
            source=source,
            told=telling_part(source, tree),
            line=line,
            try_text_html=try_text_html,
            runtime=runtime,
            client=client,
        )

    def _default_program(self, name: str, line: int) -> Example | None:
        return self._program(name, line, self.runtimes[0])

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
        lesson, slash, exercise = name.rpartition("/")
        if slash:
            self.offered.append(OfferedExercise(lesson, exercise, piece.line))
            return ExerciseLink(exercise, lesson, piece.line)
        if name not in self.exercises:
            fix = f"Create exercises/{name}/, or correct the name."
            self.text.add(piece.line, "exercise-missing", f"There is no exercise “{name}”.", fix)
            return None
        return ExerciseLink(name, self.slug, piece.line)

    def _exhibit(self, piece: BlockText) -> Exhibit | None:
        name, *words = piece.words or ("",)
        kind = EXHIBITS.get(name)
        if kind is None:
            fix = "The exhibits are: " + ", ".join(EXHIBITS) + "."
            self.text.add(piece.line, "exhibit-name", f"There is no exhibit “{name}”.", fix)
            return None
        if len(words) < kind.needs_example or (len(words) > kind.needs_example and not kind.takes_events):
            fix = f"Write “::: exhibit {name}{' <example>' if kind.needs_example else ''}”."
            self.text.add(piece.line, "exhibit-words", f"The exhibit {name} needs other words behind its name.", fix)
            return None
        if not self._once("exhibit", " ".join(piece.words), piece.line):
            return None
        caption = self.typesetter.block(piece.text, piece.line + 1)
        example = None
        if kind.needs_example:
            self._used.setdefault(("exhibited", words[0]), piece.line)
            example = self._default_program(words[0], piece.line)
            if example is None:
                return None
        return Exhibit(name, tuple(words), caption, example, piece.line)

    def _recording(self, piece: BlockText) -> Recording | None:
        name = self._name(piece)
        if not name:
            return None
        path = self.folder / FOLDER / f"{name}.json"
        if not SLUG.match(name.replace("_", "-")) or not path.is_file():
            fix = f"Keep the run in {FOLDER}/{name}.json, or correct the name."
            self.text.add(piece.line, "recording-missing", f"There is no recording “{name}”.", fix)
            return None
        found = read_recording(self.folder, name, self.here.beside(f"{self.here.file}/{FOLDER}/{name}.json"))
        caption = self.typesetter.block(piece.text, piece.line + 1)
        return replace(found, caption_html=caption, line=piece.line) if found else None
