"""Whose work it is: a learner's row is made with the first thing worth keeping, and never again once they are gone."""

from __future__ import annotations

import time
from hashlib import sha256

from flask import current_app
from flask_sqlalchemy.session import Session
from sqlalchemy import delete, text
from sqlalchemy.orm import scoped_session

from course.extensions import db
from course.progress.models import ForgottenLearner, Learner
from course.progress.not_kept import Forgotten, SiteFull
from course.progress.writing import writing

SEEN_AGAIN_SECONDS = 3600.0
NEWCOMER_SECONDS = 24 * 3600.0
"""Who came less than this ago has to wait while the site is full: a crowd made in an hour crowds nobody else out."""


def for_writing(session: scoped_session[Session], learner: str) -> Learner:
    """Return the learner's row, made now if this is the first thing worth keeping; other processes wait for it.

    Raises:
        Forgotten: this learner has asked to be deleted.
        SiteFull: they would be new, and there is no room for newcomers.
    """
    now = time.time()
    row = session.get(Learner, learner, with_for_update=True)
    if row is None:
        if session.get(ForgottenLearner, _digest(learner)) is not None:
            raise Forgotten
        refuse_newcomers_if_full(session, now)
        row = Learner(id=learner, created_at=now, seen_at=now, kept_versions=0, kept_bytes=0)
        session.add(row)
        session.flush()
    elif now - row.seen_at > SEEN_AGAIN_SECONDS:
        row.seen_at = now
    return row


def refuse_newcomers_if_full(session: scoped_session[Session], came_at: float) -> None:
    """Do nothing for somebody who came a while ago.

    Raises:
        SiteFull: the database is as large as the operator allows, and they came just now.
    """
    ceiling = current_app.config.get("STORAGE_BYTES", 0)
    if ceiling and time.time() - came_at < NEWCOMER_SECONDS and used_bytes(session) >= ceiling:
        raise SiteFull


def used_bytes(session: scoped_session[Session]) -> int:
    """Return how much of the database is in use; it asks for counters that the database keeps anyway."""
    if session.get_bind().dialect.name != "sqlite":
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages, free, size = (
        session.scalar(text(f"PRAGMA {name}")) for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def forget(learner: str) -> None:
    """Delete a learner with everything that is kept about them, and remember that nothing may begin under that id."""
    with writing() as session:
        session.execute(delete(Learner).where(Learner.id == learner))
        session.merge(ForgottenLearner(digest=_digest(learner)))


def is_forgotten(learner: str) -> bool:
    """Return whether this learner has asked to be deleted."""
    return db.session.get(ForgottenLearner, _digest(learner)) is not None


def _digest(learner: str) -> str:
    return sha256(learner.encode()).hexdigest()
