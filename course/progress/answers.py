"""Committed answers, and the votes of everybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import delete, select

from course.extensions import db
from course.progress import learners
from course.progress.models import Answer
from course.progress.writing import writing

VOTES_SHOWN_FROM = 5
"""Fewer votes than this are not shown: they would reveal who answered what."""
ANSWERS_KEPT = 10
"""The newest answers to a question that stay, beside the first one."""


@dataclass(frozen=True)
class Answered:
    """A learner's newest answer to a question."""

    question: str
    question_version: str
    choices: tuple[str, ...]
    text: str
    correct: bool


@dataclass(frozen=True)
class MarkedAnswer:
    """Whether a learner's newest answer was right, and to which version of the question."""

    question_version: str
    correct: bool


@dataclass(frozen=True)
class Votes:
    """The first answers of all learners."""

    total: int
    counts: dict[str, int]
    """Option id → how many chose it."""


def record(learner: str, lesson: str, answer: Answered) -> None:
    """Keep one answer."""
    with writing() as session:
        learners.for_writing(session, learner)
        mine = (Answer.learner_id == learner, Answer.lesson == lesson, Answer.question == answer.question)
        earlier = session.scalar(
            select(Answer.id).where(*mine, Answer.question_version == answer.question_version).limit(1)
        )
        session.add(
            Answer(
                learner_id=learner,
                lesson=lesson,
                question=answer.question,
                question_version=answer.question_version,
                choices=list(answer.choices),
                text=answer.text,
                correct=answer.correct,
                first=earlier is None,
            )
        )
        session.flush()
        repeated = select(Answer.id).where(*mine, Answer.first.is_(False)).order_by(Answer.id.desc())
        old = session.scalars(repeated.offset(ANSWERS_KEPT)).all()
        if old:
            session.execute(delete(Answer).where(Answer.id.in_(old)))


def newest(learner: str, lesson: str) -> dict[str, Answered]:
    """Return the newest answer to each question of a lesson, by question id."""
    rows = db.session.scalars(
        select(Answer).where(Answer.learner_id == learner, Answer.lesson == lesson).order_by(Answer.id)
    )
    return {
        row.question: Answered(row.question, row.question_version, tuple(row.choices), row.text, row.correct)
        for row in rows
    }


def verdicts(learner: str, lesson: str | None = None) -> dict[tuple[str, str], MarkedAnswer]:
    """Return the mark of each newest answer, by lesson and question; of one lesson if it is given."""
    query = select(Answer.lesson, Answer.question, Answer.question_version, Answer.correct)
    query = query.where(Answer.learner_id == learner).order_by(Answer.id)
    if lesson is not None:
        query = query.where(Answer.lesson == lesson)
    rows = db.session.execute(query)
    return {(row.lesson, row.question): MarkedAnswer(row.question_version, row.correct) for row in rows}


def votes(lesson: str, question: str, question_version: str) -> Votes | None:
    """Return how everybody answered this version of a question at first; None while there are too few answers."""
    rows = list(
        db.session.scalars(
            select(Answer.choices).where(
                Answer.lesson == lesson,
                Answer.question == question,
                Answer.question_version == question_version,
                Answer.first,
            )
        )
    )
    if len(rows) < VOTES_SHOWN_FROM:
        return None
    return Votes(len(rows), dict(Counter(_option(choice) for choices in rows for choice in choices)))


def _option(choice: str) -> str:
    """Return what was chosen; for a delivery question the client, however often it is said to hear the event."""
    return choice.partition(":")[0]
