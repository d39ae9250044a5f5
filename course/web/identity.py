"""Who is asking: anonymous from the first click, known by a signed cookie that holds a random id and nothing else."""

from __future__ import annotations

import secrets

from flask import session


def current_learner() -> str:
    """Return the id of whoever makes this request, made now if this is their first one.

    No row is written: that comes with the first thing worth keeping, not with every robot's visit.
    """
    learner = session.get("learner")
    if not isinstance(learner, str):
        learner = secrets.token_hex(16)
        session["learner"] = learner
        session.permanent = True
    return learner


def forget_learner() -> None:
    """Drop the id: the next request is somebody new."""
    session.pop("learner", None)
