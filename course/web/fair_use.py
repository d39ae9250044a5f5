"""What plain requests cost: the same budgets as the page's own requests, by learner and by address."""

from __future__ import annotations

from flask import request

from course.learning.fair_use import Visitor, pay
from course.web.identity import current_learner
from course.web.page_turns import turn_given_up
from course.web.site import site


def pay_for(what: str) -> None:
    """Let the visitor pay for something, waiting a little where a budget is empty.

    Raises:
        Refused: waiting does not help.
    """
    visitor = Visitor(current_learner(), request.remote_addr)
    with turn_given_up(request.environ):
        pay(site().hub.shares, visitor, what)
