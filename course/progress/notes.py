"""Notes that learners leave on paragraphs, for the lessons' authors."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from course.extensions import db
from course.progress import learners
from course.progress.models import Note
from course.progress.writing import writing

NOTE_CHARACTERS = 1000
PARAGRAPH_CHARACTERS = 300
NOTES_AN_HOUR = 20
"""From one learner; nobody who really reads writes more."""
NOTES_KEPT = 300
"""From one learner in all: several for each page of the course."""
HOUR_SECONDS = 3600.0


class TooManyNotes(Exception):
    """This learner has left as many notes as are allowed in an hour, or in all."""


@dataclass(frozen=True)
class KeptNote:
    """A note as plain values."""

    lesson: str
    lesson_version: str
    paragraph: str
    text: str
    created_at: float


def add(learner: str, lesson: str, lesson_version: str, paragraph: str, text: str) -> None:
    """Keep a note; what is too long is cut.

    Raises:
        TooManyNotes: the learner has left too many.
    """
    with writing() as session:
        learners.for_writing(session, learner)
        theirs = select(func.count()).where(Note.learner_id == learner)
        recent = theirs.where(Note.created_at > time.time() - HOUR_SECONDS)
        if (session.scalar(recent) or 0) >= NOTES_AN_HOUR or (session.scalar(theirs) or 0) >= NOTES_KEPT:
            raise TooManyNotes
        session.add(
            Note(
                learner_id=learner,
                lesson=lesson,
                lesson_version=lesson_version,
                paragraph=paragraph[:PARAGRAPH_CHARACTERS],
                text=text[:NOTE_CHARACTERS],
            )
        )


def of_learner(learner: str) -> list[KeptNote]:
    """Return a learner's notes, the oldest first."""
    return _where(Note.learner_id == learner)


def of_lesson(lesson: str) -> list[KeptNote]:
    """Return everybody's notes on a lesson, the oldest first."""
    return _where(Note.lesson == lesson)


def _where(condition: ColumnElement[bool]) -> list[KeptNote]:
    return [
        KeptNote(note.lesson, note.lesson_version, note.paragraph, note.text, note.created_at)
        for note in db.session.scalars(select(Note).where(condition).order_by(Note.id))
    ]
