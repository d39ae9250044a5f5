"""The ways in which a learner's program can be run. Standard library only: the fork servers import it."""

from __future__ import annotations

from typing import Literal, get_args

Runtime = Literal["threading", "gevent", "gevent-patched"]
"""``threading``: real threads. ``gevent``: greenlets on one loop, with the standard library as it is.
``gevent-patched``: the same, with the standard library replaced by gevent's before anything else is imported."""

RUNTIMES: tuple[Runtime, ...] = get_args(Runtime)
AsyncMode = Literal["threading", "gevent"]


def is_gevent(runtime: Runtime) -> bool:
    """Say whether a program under this runtime has one event loop in place of threads."""
    return runtime != "threading"


def async_mode(runtime: Runtime) -> AsyncMode:
    """Return the one async mode of Flask-SocketIO that this runtime has."""
    return "gevent" if is_gevent(runtime) else "threading"
