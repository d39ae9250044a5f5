"""What a course is, once it has been read from disk: frozen values and the problems found on the way.

Everything here is plain data. HTML fields are already sanitised and safe to place in a page;
``correct``, ``accepted`` and ``reason_html`` must never reach a browser before the answer is committed
(see `Question.public`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning"]
QuestionKind = Literal["single", "multiple", "text", "number", "delivery"]
"""``delivery``: the options are clients, and those that receive the event are right."""
QuestionRole = Literal["question", "prediction"]
Runtime = Literal["threading", "gevent", "gevent-patched"]
"""What a program runs on; ``gevent-patched`` is monkey-patched before anything of the program is imported."""
ExerciseKind = Literal["build", "fix"]
"""``fix`` begins with a broken server, which the learner repairs."""
Files = Mapping[str, str]
"""Name inside the exercise (``server.py``) → text."""

SCRATCH = "scratch"
"""The workspace of a lesson (and of the playground) that belongs to no exercise: examples run here."""

PLAYGROUND = "playground"
"""The reserved slug of the page, and of the namespace, that belongs to no lesson."""


@dataclass(frozen=True, order=True)
class Problem:
    """An author's mistake: where it is, which rule it breaks, and what to do about it."""

    file: str
    """Path relative to the course folder."""
    line: int
    rule: str
    """Stable kebab-case name of the rule, such as ``question-key``."""
    message: str
    fix: str
    severity: Severity = "error"


@dataclass(frozen=True)
class ClientSeat:
    """A client of a delivery question, and the namespace that it is connected to."""

    name: str
    namespace: str


@dataclass(frozen=True)
class Emission:
    """One client emits one event."""

    client: str
    event: str
    args: tuple[Any, ...]


@dataclass(frozen=True)
class Scenario:
    """What happens before a delivery question is asked."""

    program: Example
    clients: tuple[ClientSeat, ...]
    emissions: tuple[Emission, ...]
    """In order, each one handled before the next; the last one is the one in question."""
    event: str
    """Who hears it is the question."""


@dataclass(frozen=True)
class Delivery:
    """A scenario and its recorded outcome."""

    question: str
    """Id of the question."""
    line: int
    scenario: Scenario
    heard: Mapping[str, int] | None
    """How often each client heard the event; None while nothing is recorded for this program and scenario."""


WatchKind = Literal["say", "connect", "emits", "asks", "leaves", "vanishes", "wait"]


@dataclass(frozen=True)
class WatchStep:
    """One thing that happens in a demonstration, or is said about it; what does not belong to its kind is empty."""

    kind: WatchKind
    clients: tuple[str, ...] = ()
    namespace: str = "/"
    transport: str = "websocket"
    """``websocket``, ``polling``, or ``upgrade`` from one to the other."""
    auth: Any = None
    event: str = ""
    args: tuple[Any, ...] = ()
    seconds: float = 0.0
    text: str = ""


@dataclass(frozen=True)
class Demonstration:
    """A run of an example that was recorded, to be watched."""

    name: str
    """Id of the example."""
    title: str
    program: Example
    steps: tuple[WatchStep, ...]
    line: int
    trace: Mapping[str, Any] | None
    """``{"rows", "marks", "captions"}`` as they were recorded; None while nothing is recorded of this program and
    these steps."""


@dataclass(frozen=True)
class Option:
    id: str
    """Stable, derived from the option's text; never reveals its place or the key."""
    html: str
    correct: bool
    reason_html: str
    times: int = 0
    """How often the client of a delivery question hears the event."""


@dataclass(frozen=True)
class Question:
    id: str
    role: QuestionRole
    kind: QuestionKind
    stem_html: str
    options: tuple[Option, ...]
    accepted: tuple[str, ...]
    """For ``text`` and ``number``: every answer that counts as right, normalised."""
    reason_html: str
    """For ``text`` and ``number``: the reason shown after answering."""
    version: str
    """Hash of the question's content: statistics of an edited question start anew."""
    line: int
    scenario: Scenario | None = None
    """Of a delivery question; it would give the key away."""

    def public(self) -> dict[str, Any]:
        """Return what a browser may know before the answer is committed: no key, no reason."""
        return {
            "id": self.id,
            "role": self.role,
            "kind": self.kind,
            "stem_html": self.stem_html,
            "options": [{"id": option.id, "html": option.html} for option in self.options],
        }


@dataclass(frozen=True)
class Example:
    id: str
    """File name without ``.py``."""
    title: str
    source: str
    told: str
    """The lines of the source that the text shows: imports, set-up and the run call are left out."""
    html: str
    """The same, highlighted."""
    file: str
    line: int
    try_text_html: str = ""
    """One sentence saying what to do with the clients once it runs."""
    runtime: Runtime = "threading"
    client: Files = field(default_factory=dict)
    """Code for its clients, such as ``client.js``; none when it has none."""
    client_html: Mapping[str, str] = field(default_factory=dict)
    """The same, highlighted."""


@dataclass(frozen=True)
class Task:
    check: str
    """Name of the function in ``checks.py`` that marks this task as done."""
    html: str


@dataclass(frozen=True)
class Mistake:
    id: str
    files: Files
    why_html: str
    belief_html: str = ""
    """What one believes who makes it, in one sentence; empty when its author did not say."""
    address: str = ""
    """Where the lesson explains it: ``#a-heading`` of its own, or an address of the site."""


@dataclass(frozen=True)
class Exercise:
    slug: str
    title: str
    minutes: int
    goal_html: str
    tasks: tuple[Task, ...]
    hints: tuple[str, ...]
    starter: Files
    solution: Files
    solution_note_html: str
    checks: Path
    mistakes: tuple[Mistake, ...]
    events: tuple[str, ...]
    """Event names offered in the client cards."""
    runtime: Runtime = "threading"
    kind: ExerciseKind = "build"
    terminal: bool = True
    """Whether the program finds a terminal on its standard input."""
    timed: bool = False
    """Its checks measure time, so that nothing else should run beside them."""


@dataclass(frozen=True)
class Prose:
    html: str
    starts: tuple[int, ...] = ()
    """The line of the file on which each element begins: as many as the HTML has at its top level."""


@dataclass(frozen=True)
class ExerciseLink:
    """The place in the text where an exercise is offered."""

    slug: str
    lesson: str
    """Slug of the lesson to which the exercise belongs; often this one."""
    line: int = 0


@dataclass(frozen=True)
class Term:
    """One entry of the glossary."""

    id: str
    """Its anchor on the page ``/glossary/``."""
    name: str
    also: tuple[str, ...]
    """Other forms under which a text may name it."""
    html: str


@dataclass(frozen=True)
class Exhibit:
    """A drawing that does something; ``templates/exhibits/<name>.html`` draws it."""

    name: str
    words: tuple[str, ...]
    """What stands behind the name: for some exhibits the id of an example."""
    caption_html: str
    example: Example | None
    """The program that it runs, for those that run one."""
    line: int = 0


@dataclass(frozen=True)
class Recording:
    """The table of a real run that was kept."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption_html: str = ""
    line: int = 0


Block = Prose | Question | Example | ExerciseLink | Exhibit | Recording | Demonstration


@dataclass(frozen=True)
class Heading:
    id: str
    title: str
    level: int


@dataclass(frozen=True)
class Lesson:
    slug: str
    number: int | None
    """Its place among the steps; None for a page after them."""
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
    """Not finished: learners don't see it."""
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]
    exercises: Mapping[str, Exercise]
    version: str
    folder: str
    """Path of its folder, relative to the course folder."""
    reference_html: str = ""
    """The lesson's cheat sheet; empty when it has none."""
    deliveries: tuple[Delivery, ...] = ()
    """The scenarios of the delivery questions, also of those that are not recorded and so not among the blocks."""
    demonstrations: tuple[Demonstration, ...] = ()
    """Those that are not recorded, too, which are not among the blocks."""
    runtimes: tuple[Runtime, ...] = ("threading",)
    """What the lesson's free workspace offers; the first one is chosen unless the learner chooses another."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return every question and prediction, in the order of the text."""
        return tuple(block for block in self.blocks if isinstance(block, Question))

    @property
    def quiz(self) -> tuple[Question, ...]:
        """Return the questions that make up the quiz: predictions are not among them."""
        return tuple(question for question in self.questions if question.role == "question")

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
    """What follows the steps, in the order of the map."""
    opening: Lesson | None = None
    """A page whose text stands inside the course map."""
    broken: tuple[Lesson, ...] = ()
    """What could be read of lessons and pages with an error: for their authors alone, and in no list of the course."""

    @property
    def pages(self) -> tuple[Lesson, ...]:
        """Return the pages after the steps, in the order of the map."""
        return tuple(page for part in self.parts for page in part.pages)

    @property
    def everything(self) -> tuple[Lesson, ...]:
        """Return whatever has a page and a workspace of its own: steps, pages, and the opening."""
        return (*self.lessons, *self.pages, *((self.opening,) if self.opening else ()))

    @property
    def readable(self) -> tuple[Lesson, ...]:
        """Return everything, and what is broken: whatever has an address in development."""
        return (*self.everything, *self.broken)

    @property
    def runtimes(self) -> tuple[Runtime, ...]:
        """Return what the programs of the lessons run under, in the order of first use; always threading."""
        used: dict[Runtime, None] = {"threading": None}
        for lesson in self.readable:
            used |= dict.fromkeys((*lesson.runtimes, *(each.runtime for each in lesson.exercises.values())))
        return tuple(used)

    def lesson(self, slug: str) -> Lesson:
        """Return the lesson or page of that name, which in development may be broken.

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
