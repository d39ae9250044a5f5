"""A step that must not keep the next one from being taken. A leaf: standard library only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Log an exception of the block under the name of `what` was done, and go on behind it."""
    try:
        yield
    except Exception:
        log.exception("%s failed", what)
