"""Identifies the visitor: anonymous from the first click, by a signed cookie with a random id and nothing else."""

from __future__ import annotations

import secrets

from flask import session


def current_learner() -> str:
    """Return the id of the visitor who makes this request, made now if it is their first one.

    No row is written: that happens with the first thing worth keeping, not with every robot's visit.
    """
    learner = session.get("learner")
    if not isinstance(learner, str):
        learner = secrets.token_hex(16)
        session["learner"] = learner
        session.permanent = True
    return learner


def forget_learner() -> None:
    """Drop the id: the next request comes from somebody new."""
    session.pop("learner", None)
