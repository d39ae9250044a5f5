"""What a request costs, and for whom it waits: budgets by learner and by address, and a share in every queue."""

from __future__ import annotations

from dataclasses import dataclass

from course.learning.refused import Refused
from course.progress.kept_learners import is_kept
from course.shares.fair_queue import Share
from course.shares.prices import ADDRESS
from course.shares.shares import OverShare, Shares

KEEPS = frozenset({"save", "restore", "check", "answer", "predict", "hint", "solution", "note", "delete"})
"""After these there is a row that stays: a learner's, or the trace of one who was deleted."""


@dataclass(frozen=True)
class Visitor:
    """Who makes a request, and from where."""

    learner: str
    address: str | None


def pay(shares: Shares, visitor: Visitor, what: str) -> None:
    """Pay for a request, waiting a little where a budget is empty. Needs an application context.

    Raises:
        Refused: waiting does not help; the answer carries `retry_after` in seconds.
    """
    try:
        shares.spend(visitor.learner, what)
        if what in ADDRESS:
            shares.begin(visitor.address, what)
        if what in KEEPS and not is_kept(visitor.learner):
            shares.begin(visitor.address, "learner")
    except OverShare as refusal:
        raise Refused("too_often", str(refusal), retry_after=refusal.retry_seconds) from refusal


def share_of(shares: Shares, visitor: Visitor) -> Share:
    """Return for whom something of this visitor's waits. Needs an application context."""
    return shares.share(visitor.address, visitor.learner, known=is_kept(visitor.learner))


def meet(shares: Shares, visitor: Visitor) -> None:
    """Note from where a learner with kept work comes. Needs an application context."""
    if is_kept(visitor.learner):
        shares.seen(visitor.address, visitor.learner)
