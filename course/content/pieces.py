"""What a lesson is made of: text, questions, programs, exercises, and everything else. Plain frozen values.

HTML fields are already sanitised and safe to place in a page; ``correct``, ``accepted`` and ``reason_html`` must never
reach a browser before the answer is committed: pages are drawn from `Question.public`, which holds none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from course.content.text.highlight import highlight_client, highlight_python
from course.program import Files, Runtime

QuestionKind = Literal["single", "multiple", "text", "number", "delivery"]
"""``delivery``: the options are clients; the right ones are those that receive the event."""
QuestionRole = Literal["question", "prediction"]
ExerciseKind = Literal["build", "fix"]
"""``fix`` begins with a broken server, which the learner repairs."""


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
    """In order, each one handled before the next; the question is about the last one."""
    event: str
    """The question is which clients hear this event."""


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
    """One thing that happens in a demonstration, or is said about it; fields of other kinds are empty."""

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
    """``{"rows", "marks", "captions"}`` as they were recorded; None while nothing is recorded for this program and
    these steps."""


@dataclass(frozen=True)
class Option:
    """One answer that a question offers."""

    id: str
    """Stable, derived from the option's text; it reveals neither the option's place nor the key."""
    html: str
    correct: bool
    reason_html: str
    times: int = 0
    """How often the client of a delivery question hears the event."""


@dataclass(frozen=True)
class Question:
    """A question, or a prediction, with its key."""

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
    """Hash of the question's content: statistics of an edited question start again."""
    line: int
    scenario: Scenario | None = None
    """The delivery of a delivery question; it would give the key away."""

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
    """A program that the text shows."""

    id: str
    """File name without ``.py``."""
    title: str
    source: str
    told: str
    """The lines of the source that the text shows: imports, set-up and the run call are left out."""
    line: int
    try_text_html: str = ""
    """One sentence saying what to do with the clients once it runs."""
    runtime: Runtime = "threading"
    client: Files = field(default_factory=dict)
    """Code for its clients, such as ``client.js``; empty when it has none."""

    @property
    def html(self) -> str:
        """`told`, highlighted: only when a page shows it, since most readers of a course never get there."""
        return highlight_python(self.told)

    @property
    def client_html(self) -> Mapping[str, str]:
        """`client`, highlighted."""
        return {name: highlight_client(text, name) for name, text in self.client.items()}


@dataclass(frozen=True)
class Task:
    """One thing that an exercise asks for."""

    check: str
    """Name of the function in ``checks.py`` that marks this task as done."""
    html: str


@dataclass(frozen=True)
class Mistake:
    """A known wrong server, and what its author is told."""

    id: str
    files: Files
    why_html: str
    belief_html: str = ""
    """The belief behind the mistake, in one sentence; empty when the lesson's author did not give one."""
    address: str = ""
    """Where the lesson explains it: ``#a-heading`` of its own, or an address of the site."""


@dataclass(frozen=True)
class Exercise:
    """A server to write, or to repair, with its checks."""

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
    checks_source: str
    """The text of `checks`, when it was read."""
    mistakes: tuple[Mistake, ...]
    events: tuple[str, ...]
    """Event names offered in the client cards."""
    runtime: Runtime = "threading"
    kind: ExerciseKind = "build"
    terminal: bool = True
    """Whether the program finds a terminal on its standard input."""
    timed: bool = False
    """Whether its checks measure time, so that nothing else should run at the same time."""


@dataclass(frozen=True)
class Prose:
    """A stretch of text."""

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
class Exhibit:
    """A drawing that does something; ``templates/exhibits/<name>.html`` draws it."""

    name: str
    words: tuple[str, ...]
    """What follows the name: for some exhibits the id of an example."""
    caption_html: str
    example: Example | None
    """The program that the exhibit runs, if it runs one."""
    line: int = 0


@dataclass(frozen=True)
class Recording:
    """The recorded table of a real run."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption_html: str = ""
    line: int = 0


Block = Prose | Question | Example | ExerciseLink | Exhibit | Recording | Demonstration
