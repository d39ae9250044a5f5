"""What everything costs, in one place.

Each learner has a budget that every request draws on. What makes something new (a learner, a connection, a program
that runs) draws on a wide budget of the address, too: cookies are free, addresses are not.
"""

from __future__ import annotations

from collections.abc import Mapping

from course.shares.budgets import Budget

PATIENCE_SECONDS = 5.0
"""How long a request over its budget waits for it, before it is refused. A page gives up on an answer after 10 s."""

LEARNER = Budget(points=300, seconds=60)
PRICES: Mapping[str, float] = {
    "stop": 1,
    "keep_alive": 1,
    "fault": 1,
    "save": 1.5,
    "hint": 2,
    "solution": 2,
    "restore": 5,
    "run": 5,
    "answer": 5,
    "predict": 5,
    "history": 5,
    "note": 5,
    "page": 5,
    "download": 10,
    "check": 10,
    "delete": 10,
    "export": 60,
}
"""Of the learner's 300 points a minute: 60 runs, for example, or 30 checks, or 200 saves."""
AT_ONCE: Mapping[str, Budget] = {"run": Budget(points=12, seconds=12)}
"""What a learner can't have many of in one moment, though a minute's budget would pay for it: each starts a process."""
UNKNOWN_PRICE = 5
"""Whatever has no price is nothing that a page of ours asks for."""

ADDRESS: Mapping[str, Budget] = {
    "learner": Budget(points=100, seconds=3600),
    "connection": Budget(points=300, seconds=60),
    "run": Budget(points=60, seconds=12),
    "check": Budget(points=60, seconds=30),
    "download": Budget(points=60, seconds=60),
}
"""How many of each new thing an address may have: at once, and again in so many seconds. A class fits in."""

CONNECTIONS_OF_LEARNER = 16
"""Open pages."""
CONNECTIONS_OF_ADDRESS = 300
"""Open at the same time: thirty learners with ten pages each."""
