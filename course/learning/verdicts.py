"""Questions as one learner sees them: the options in their order, and what is revealed once an answer is committed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from course.content.pieces import Option, Question, Scenario
from course.content.questions.marking import receptions
from course.progress.answers import Answered, Votes


@dataclass(frozen=True)
class Verdict:
    """What is revealed once an answer is committed."""

    question: Question
    answered: Answered
    votes: Votes | None

    def as_json(self) -> dict[str, Any]:
        """Return it in the form that the page draws."""
        return {**reveal(self.question, self.answered), "votes": votes_json(self.votes)}


def is_choice(question: Question, choices: tuple[str, ...]) -> bool:
    """Return whether the choices are a valid answer to this question."""
    known = {option.id for option in question.options}
    if question.kind == "delivery":  # "nobody" may be the right answer
        try:
            return receptions(choices).keys() <= known
        except ValueError:
            return False
    return bool(choices) and set(choices) <= known and (question.kind != "single" or len(choices) == 1)


def shuffled(question: Question, learner: str) -> Question:
    """Return the question with its options in this learner's order, which is the same each time.

    Clients A, B and C keep theirs.
    """

    def place(option: Option) -> bytes:
        return hashlib.sha256(f"{learner} {question.id} {option.id}".encode()).digest()

    return (
        question
        if question.kind == "delivery"
        else replace(question, options=tuple(sorted(question.options, key=place)))
    )


def reveal(question: Question, answered: Answered) -> dict[str, Any]:
    """Return the key and the reasons, in the form that the page draws.

    For a delivery question also its scenario, so that the page can play it, and how often each client hears the event:
    according to the answer (`said`), and in fact (`times`).
    """
    delivery = question.kind == "delivery"
    said = receptions(answered.choices) if delivery else {}
    told = {
        "correct": answered.correct,
        "options": [
            {
                "id": option.id,
                "correct": option.correct,
                "reason_html": option.reason_html,
                "chosen": option.id in (said if delivery else answered.choices),
                **({"said": said.get(option.id, 0), "times": option.times} if delivery else {}),
            }
            for option in question.options
        ],
        "reason_html": question.reason_html,
        "accepted": [text.strip("`") for text in question.accepted[:1]],
        "text": answered.text,
    }
    return {**told, "scenario": _steps(question.scenario)} if delivery and question.scenario else told


def _steps(scenario: Scenario) -> dict[str, Any]:
    return {
        "example": scenario.program.id,
        "clients": [{"name": seat.name, "namespace": seat.namespace} for seat in scenario.clients],
        "emissions": [{"client": each.client, "event": each.event, "args": each.args} for each in scenario.emissions],
        "event": scenario.event,
    }


def votes_json(votes: Votes | None) -> Mapping[str, Any] | None:
    """Return votes as the page draws them."""
    return {"total": votes.total, "counts": votes.counts} if votes else None
