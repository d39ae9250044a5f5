"""What nobody can come back to, or never was anybody's work, is swept away after a long time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import ColumnElement, Delete, delete, exists, select
from sqlalchemy.exc import SQLAlchemyError

from course.extensions import db
from course.progress.models import Answer, Attempt, ForgottenLearner, Learner, Note, Work
from course.progress.not_kept import Busy
from course.progress.writing import writing

DAY_SECONDS = 24 * 3600.0
VISIT_SECONDS = 3600.0
"""Who was only here for so long, answered nothing, checked nothing and left no note has only looked."""
FORGOTTEN_DAYS = 400
"""Longer than any cookie lives: see PERMANENT_SESSION_LIFETIME in `course.factory`."""


@dataclass(frozen=True)
class Retention:
    """How long is kept what nobody works on any more; 0 is for ever."""

    learner_days: int
    visitor_days: int


@dataclass(frozen=True)
class Idle:
    """Those who would go: their ids, and how much is kept of them."""

    learners: Sequence[str]
    versions: int
    bytes: int


def idle(retention: Retention) -> Idle:
    """Return who has not been here for as long as `retention` says."""
    query = select(Learner.id, Learner.kept_versions, Learner.kept_bytes).where(_is_idle(retention, time.time()))
    rows = db.session.execute(query).all()
    return Idle([row.id for row in rows], sum(row.kept_versions for row in rows), sum(row.kept_bytes for row in rows))


def sweep(retention: Retention) -> Idle:
    """Delete them, one in each transaction, so that nobody waits for long; and old traces of who was deleted."""
    found, now = idle(retention), time.time()
    for learner in found.learners:
        with writing() as session:  # they may have come back just now
            session.execute(_silently(delete(Learner).where(Learner.id == learner, _is_idle(retention, now))))
        time.sleep(0)  # whoever waits to write comes first
    with writing() as session:
        expired = ForgottenLearner.at < now - FORGOTTEN_DAYS * DAY_SECONDS
        session.execute(_silently(delete(ForgottenLearner).where(expired)))
    return found


def _silently(statement: Delete) -> Delete:
    """Return the statement so that no object in memory is looked at: there is none."""
    return statement.execution_options(synchronize_session=False)


def sweep_daily(app: Flask, retention: Retention, sleep: Callable[[float], object]) -> None:
    """Sweep now and every day, for as long as the process lives."""
    while True:
        with app.app_context():
            try:
                swept = sweep(retention)
            except (Busy, SQLAlchemyError) as error:
                app.logger.warning("nothing was swept today (%s)", type(error).__name__)
            else:
                if swept.learners:
                    app.logger.info("swept %d learners, %d bytes", len(swept.learners), swept.bytes)
        sleep(DAY_SECONDS)


def _is_idle(retention: Retention, now: float) -> ColumnElement[bool]:
    return _seen_before(now, retention.learner_days) | (_seen_before(now, retention.visitor_days) & _only_looked())


def _seen_before(now: float, days: int) -> ColumnElement[bool]:
    return Learner.seen_at < (now - days * DAY_SECONDS if days else 0)


def _only_looked() -> ColumnElement[bool]:
    checked = select(Attempt.id).join(Work, Work.id == Attempt.work_id).where(Work.learner_id == Learner.id)
    return (
        (Learner.seen_at - Learner.created_at < VISIT_SECONDS)
        & ~exists().where(Answer.learner_id == Learner.id)
        & ~exists().where(Note.learner_id == Learner.id)
        & ~checked.exists()
    )
