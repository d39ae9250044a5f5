"""Steps that must not keep one another from being taken. A leaf: standard library only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

log = logging.getLogger(__name__)


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Log an exception of the block under the name of `what` was done, and go on behind it."""
    try:
        yield
    except Exception:
        log.exception("%s failed", what)


def take_every_step(what: str, steps: Iterable[Callable[[], object]]) -> None:
    """Take every step, in order, whatever the others raise.

    An exception is logged. What is none (a greenlet is killed, or out of time) is raised behind the last step.
    """
    with ExitStack() as last_first:
        for step in reversed(list(steps)):
            last_first.callback(_take, what, step)


def _take(what: str, step: Callable[[], object]) -> None:
    with guarded(what):
        step()
