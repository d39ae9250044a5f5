"""All that a ``checks.py`` imports.

A check is a function that gets the learner's running `Server`. Its docstring is the title the learner reads::

    from course.grading.author import Server, check, random_number

    @check
    def answers_with_the_sum(server: Server) -> None:
        \"\"\"The acknowledgement carries the sum\"\"\"
        asker = server.client("asker")
        a, b = random_number(), random_number()
        asker.ask("add", a, b).expect(a + b, hint="A handler's return value is the acknowledgement.")

Claims are about behaviour that clients can see, never about source text. Payloads are random, so no answer can be
hard-coded. Silence counts only with evidence: see `Client.expect_nothing`.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import overload

from course.grading.checks import Check, CheckFunction
from course.grading.clients.client import Client
from course.grading.clients.evidence import ANY, Answer, Received, spread
from course.grading.clients.http_answer import HttpAnswer
from course.grading.clients.latency import Latency
from course.grading.clients.refusal import Refusal
from course.grading.clients.server import Server
from course.grading.clients.together import together
from course.grading.failures import AuthorError, CheckFailed, ReportedException, fail, show

__all__ = [
    "ANY",
    "Answer",
    "AuthorError",
    "Check",
    "CheckFailed",
    "Client",
    "HttpAnswer",
    "Latency",
    "Received",
    "Refusal",
    "ReportedException",
    "Server",
    "check",
    "fail",
    "random_number",
    "random_word",
    "show",
    "spread",
    "together",
]

_random = random.SystemRandom()


@overload
def check(function: CheckFunction, /) -> Check: ...


@overload
def check(*, after: Check | tuple[Check, ...]) -> Callable[[CheckFunction], Check]: ...


def check(
    function: CheckFunction | None = None, /, *, after: Check | tuple[Check, ...] = ()
) -> Check | Callable[[CheckFunction], Check]:
    """Make a check of a function; `after` names checks without which this one is skipped.

    Raises:
        AuthorError: the function has no docstring, and so no title.
    """
    needed = (after,) if isinstance(after, Check) else after
    if function is not None:
        return Check.of(function, needed)
    return lambda decorated: Check.of(decorated, needed)


def random_number(low: int = 100, high: int = 9999) -> int:
    """Return a whole number that nobody can guess."""
    return _random.randint(low, high)


def random_word(length: int = 8) -> str:
    """Return a lower-case word that nobody can guess."""
    return "".join(_random.choice(string.ascii_lowercase) for _ in range(length))
