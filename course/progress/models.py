"""The tables. Times are seconds since the epoch (UTC): exact on every database, and free of time zones."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from course.extensions import Base


class Learner(Base):
    """Somebody who has done something worth keeping. Nothing personal is known about them."""

    __tablename__ = "learner"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[float] = mapped_column(default=time.time)
    seen_at: Mapped[float] = mapped_column(default=time.time, index=True)
    """When something of theirs was kept last; an hour's difference is not noted."""
    kept_versions: Mapped[int] = mapped_column(default=0)
    """How many versions of their work there are, in all workspaces; counted as they come and go."""
    kept_bytes: Mapped[int] = mapped_column(default=0)
    """How large these are, compressed."""


class ForgottenLearner(Base):
    """Somebody who has asked to be deleted: a cookie or a socket that still has their id begins nothing anew."""

    __tablename__ = "forgotten_learner"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A hash: the id itself is not kept either."""
    at: Mapped[float] = mapped_column(default=time.time)


class Work(Base):
    """One learner's work in one workspace. The text itself is its version of the number `version`."""

    __tablename__ = "work"
    __table_args__ = (UniqueConstraint("learner_id", "lesson", "exercise"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"), index=True)
    lesson: Mapped[str] = mapped_column(String(80))
    exercise: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=0)
    """What the editor holds; 0 as long as nothing was saved."""
    newest: Mapped[int] = mapped_column(default=0)
    """The highest number that was given to a version."""
    thinned_through: Mapped[int] = mapped_column(default=0)
    """Versions up to this one have been looked at by `course.progress.thinning`."""
    saved_at: Mapped[float] = mapped_column(default=time.time)
    hints_seen: Mapped[int] = mapped_column(default=0)
    solution_asked: Mapped[int] = mapped_column(default=0)
    passed_at: Mapped[float | None]
    best: Mapped[int] = mapped_column(default=0)
    """The most checks that one attempt has passed."""
    checked_version: Mapped[int] = mapped_column(default=0)
    """What the last attempt submitted; 0 if there is none, or if there was no room to keep it."""
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, deferred=True)
    """What the last attempt's checks found; large, and of no use to a save."""


class WorkVersion(Base):
    """A state of a piece of work: the present one, or one to go back to."""

    __tablename__ = "work_version"
    __table_args__ = (
        UniqueConstraint("work_id", "version"),
        Index("ix_work_version_tab", "work_id", "tab", "version"),
        Index("ix_work_version_held", "work_id", "held", "saved_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("work.id", ondelete="CASCADE"))
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    """``save``, ``loaded``, ``starter`` (Reset), ``solution``, ``restore``, ``check`` or ``conflict`` (the other
    copy)."""
    saved_at: Mapped[float] = mapped_column(default=time.time)
    tab: Mapped[str] = mapped_column(String(32), default="")
    """The connection of the page that saved it."""
    held: Mapped[int] = mapped_column(default=0)
    """Why it must not be thinned: `course.progress.history.Held`."""
    digest: Mapped[str] = mapped_column(String(32), default="")
    size: Mapped[int] = mapped_column(default=0)
    """Bytes of `packed`."""
    packed: Mapped[bytes] = mapped_column(LargeBinary, default=b"", deferred=True)
    """The files, see `course.progress.packed_files`; the last column, so that the others are read without it."""


class Attempt(Base):
    """One finished check of one exercise."""

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("work.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    """What was submitted; 0 if there was no room to keep it."""
    passed: Mapped[int]
    total: Mapped[int]
    created_at: Mapped[float] = mapped_column(default=time.time)


class Answer(Base):
    """One committed answer to a question or prediction."""

    __tablename__ = "answer"
    __table_args__ = (
        Index("ix_answer_votes", "lesson", "question", "question_version", "first"),
        Index("ix_answer_question", "learner_id", "lesson", "question"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id", ondelete="CASCADE"))
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
