"""Whether anything is kept about a learner."""

from __future__ import annotations

from sqlalchemy import select

from course.extensions import db
from course.progress.models import Learner


def is_kept(learner: str) -> bool:
    """Return whether there is a learner of that id: somebody who has done something worth keeping."""
    return db.session.scalar(select(Learner.id).where(Learner.id == learner)) is not None
