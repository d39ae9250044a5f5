"""Identifies the visitor: anonymous from the first click, by a signed cookie with a random id and nothing else."""

from __future__ import annotations

import secrets

from flask import g, session

from course.progress.learners import is_forgotten


def current_learner() -> str:
    """Return the id of the visitor who makes this request, made now if it is their first one, or if they were deleted.

    No row is written: that happens with the first thing worth keeping, not with every robot's visit.
    """
    known = session.get("learner")
    if not isinstance(known, str) or (g.get("looked_up") != known and is_forgotten(known)):
        known = secrets.token_hex(16)
        session["learner"] = known
        session.permanent = True
    g.looked_up = known
    return known


def forget_learner() -> None:
    """Drop the id: the next request comes from somebody new."""
    session.pop("learner", None)
