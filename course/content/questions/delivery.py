"""From the text of a delivery block to its scenario and, once its outcome is recorded, to a `Question`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from course.content.golden.deliveries import Golden, made_from, options_of
from course.content.pieces import Delivery, Example, Question, Scenario
from course.content.problems import ProblemList
from course.content.questions.choice import ID, short_hash
from course.content.questions.scenario import DeliveryDraft
from course.content.text.scanner import BlockText, looks_like_a_key
from course.content.text.typesetter import Typesetter

_BEGIN = re.compile(r"^run(?:\s|$)")
_REASON = re.compile(r"^ *> ?(.*)$")


@dataclass
class _Parts:
    stem: list[str] = field(default_factory=list)
    draft: DeliveryDraft | None = None
    reason: list[str] = field(default_factory=list)
    reason_line: int = 0


class DeliveryReader:
    """Reads the delivery questions of one lesson."""

    def __init__(
        self,
        problems: ProblemList,
        typesetter: Typesetter,
        golden: Golden,
        program: Callable[[str, int], Example | None],
    ) -> None:
        """`problems` collects lesson.md's; `program` returns an example, or reports that line and returns None."""
        self.problems, self.typesetter, self.golden, self.program = problems, typesetter, golden, program
        self.deliveries: list[Delivery] = []

    def read(self, block: BlockText) -> Question | None:
        """Return the question, or None while it is wrong or its outcome is not recorded."""
        before = len(self.problems.found)
        name = block.words[0]
        if not ID.match(name):
            fix = "Give an id of small letters, digits and hyphens: ::: predict who-hears-news delivery"
            self.problems.add(block.line, "question-id", f"The {block.name} has no proper id.", fix)
        parts = self._parse(block)
        scenario = self._scenario(block, parts)
        if scenario is None or self.problems.grew_since(before):
            return None
        heard = self.golden.heard(name, scenario, block.line, self.problems)
        delivery = Delivery(name, block.line, scenario, heard)
        self.deliveries.append(delivery)
        question = self._question(block, parts, delivery)
        return question if heard is not None else None

    def _parse(self, block: BlockText) -> _Parts:
        parts = _Parts()
        for number, line in enumerate(block.text.split("\n"), block.line + 1):
            if parts.draft is None and _BEGIN.match(line) and not "".join(parts.stem[-1:]).strip():
                parts.draft = DeliveryDraft(number)
            if parts.draft is None:
                if looks_like_a_key(line) or _REASON.match(line):
                    fix = "A delivery question has no options and no accepted answers: its key is computed."
                    self.problems.add(number, "question-line", f"“{line.strip()}” has no place here.", fix)
                parts.stem.append(line)
            elif reason := _REASON.match(line):
                parts.reason_line = parts.reason_line or number
                parts.reason.append(reason[1])
            elif line.strip():
                parts.draft.add(line, number, self.problems)
        return parts

    def _scenario(self, block: BlockText, parts: _Parts) -> Scenario | None:
        if not "".join(parts.stem).strip():
            fix = "Say in words what the clients do, and ask."
            self.problems.add(block.line, "question-stem", "The question asks nothing.", fix)
        if parts.draft is None:
            fix = "Write an empty line below the question, then “run” and the name of an example."
            self.problems.add(block.line, "delivery-line", "The question has no scenario.", fix)
            return None
        parts.draft.complete(self.problems)
        if not "".join(parts.reason).strip():
            fix = "Add a line “> why” below the scenario."
            self.problems.add(block.line, "question-reason", "The question gives no reason for its answer.", fix)
        draft = parts.draft
        program = self.program(draft.program, draft.program_line) if draft.program else None
        return Scenario(program, draft.seats, tuple(draft.emissions), draft.event) if program else None

    def _question(self, block: BlockText, parts: _Parts, delivery: Delivery) -> Question:
        stem = "\n".join(parts.stem)
        heard = sorted((delivery.heard or {}).items())
        return Question(
            id=delivery.question,
            role="prediction" if block.name == "predict" else "question",
            kind="delivery",
            stem_html=self.typesetter.block(stem, block.line + 1, self.problems),
            options=options_of(delivery) if delivery.heard is not None else (),
            accepted=(),
            reason_html=self.typesetter.block("\n".join(parts.reason), parts.reason_line, self.problems),
            version=short_hash("delivery", stem.strip(), made_from(delivery.scenario), heard, parts.reason),
            line=block.line,
            scenario=delivery.scenario,
        )
