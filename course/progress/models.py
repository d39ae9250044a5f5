"""The tables. Times are seconds since the epoch (UTC): exact on every database, and free of time zones."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from course.extensions import Base


class Learner(Base):
    """Somebody who has done something worth keeping. Nothing personal is known about them."""

    __tablename__ = "learner"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[float] = mapped_column(default=time.time)
    works: Mapped[list[Work]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class Work(Base):
    """What one learner's editor holds in one workspace now."""

    __tablename__ = "work"
    __table_args__ = (UniqueConstraint("learner_id", "lesson", "exercise"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    lesson: Mapped[str] = mapped_column(String(80))
    exercise: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=0)
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    saved_at: Mapped[float] = mapped_column(default=time.time)
    hints_seen: Mapped[int] = mapped_column(default=0)
    solution_asked: Mapped[int] = mapped_column(default=0)
    passed_at: Mapped[float | None]
    best: Mapped[int] = mapped_column(default=0)
    """The most checks that one attempt has passed."""
    versions: Mapped[list[WorkVersion]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="WorkVersion.version"
    )
    attempts: Mapped[list[Attempt]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="Attempt.id"
    )


class WorkVersion(Base):
    """An earlier state of a piece of work, to go back to."""

    __tablename__ = "work_version"
    __table_args__ = (UniqueConstraint("work_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("work.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    """``save``, ``starter`` (Reset), ``solution``, ``restore`` or ``check``."""
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    saved_at: Mapped[float] = mapped_column(default=time.time)


class Attempt(Base):
    """One finished check of one exercise, with what was submitted and the results."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("work.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    passed: Mapped[int]
    total: Mapped[int]
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[float] = mapped_column(default=time.time)


class Answer(Base):
    """One committed answer to a question or prediction."""

    __tablename__ = "answer"
    __table_args__ = (Index("ix_answer_votes", "lesson", "question", "question_version", "first"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    lesson: Mapped[str] = mapped_column(String(80))
    question: Mapped[str] = mapped_column(String(80))
    question_version: Mapped[str] = mapped_column(String(64))
    choices: Mapped[list[str]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text, default="")
    correct: Mapped[bool]
    first: Mapped[bool]
    """Whether it is this learner's first answer to this version of the question: only these count as votes."""
    created_at: Mapped[float] = mapped_column(default=time.time)


class Note(Base):
    """What a learner says about one paragraph of a lesson, such as that it confused them."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_lesson", "lesson"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    lesson: Mapped[str] = mapped_column(String(80))
    lesson_version: Mapped[str] = mapped_column(String(64))
    paragraph: Mapped[str] = mapped_column(Text, default="")
    """The words of the paragraph as they were then; empty when the note is about the whole lesson."""
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[float] = mapped_column(default=time.time)
