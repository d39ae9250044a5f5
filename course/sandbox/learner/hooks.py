"""Hooks in the libraries' classes that note what goes on inside a learner's program.

They are installed once, before the fork, so a child pays nothing for that. A hook calls the original with the same
arguments, returns the same value, and lets the same exception through without a frame of its own in the traceback. What
fails while something is noted is ignored. Runs inside the confined child.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Collection
from typing import Any

from course.program import Runtime, is_gevent
from course.sandbox.learner.flask_socketio_privates import CALLS_A_HANDLER
from course.sandbox.learner.inside_notes import Notes, this_greenlet, this_thread
from course.sandbox.learner.socketio_privates import CHANGE_ROOMS, EMITS

_notes: Notes | None = None
"""The notes of this process's program, from its start on; None in the fork server."""


def begin(send: Callable[[bytes], None], own_files: Collection[str], runtime: Runtime) -> None:
    """Take notes from now on. In the child."""
    global _notes
    _notes = Notes(send, own_files, this_greenlet if is_gevent(runtime) else this_thread)


def instrument() -> None:
    """Put the hooks in place. Once, in the fork server."""
    _hook_handlers()
    _hook(*EMITS, lambda notes, *args, **named: notes.emitted(*args, **named))
    for owner, method in CHANGE_ROOMS:
        _hook(owner, method, lambda notes, _at, manager, *_, **__: notes.rooms_changed(manager))


def _hook_handlers() -> None:
    owner, method = CALLS_A_HANDLER
    original = getattr(owner, method)

    @functools.wraps(original)
    def hooked(self: Any, *args: Any, **named: Any) -> Any:
        notes, run = _notes, None
        if notes is not None:
            with contextlib.suppress(Exception):
                run = notes.began(self, *args, **named)
        try:
            answer = original(self, *args, **named)
        except BaseException as error:
            _take_us_out(error)
            if notes is not None and run is not None:
                with contextlib.suppress(Exception):
                    notes.ended(run, error)
            raise
        if notes is not None and run is not None:
            with contextlib.suppress(Exception):
                notes.ended(run, None)
        return answer

    setattr(owner, method, hooked)


def _hook(owner: type, method: str, note: Callable[..., None]) -> None:
    """Call `note(notes, when, self, …)` each time the method has returned; `when` is when it was called."""
    original = getattr(owner, method)

    @functools.wraps(original)
    def hooked(self: Any, *args: Any, **named: Any) -> Any:
        at = time.monotonic()  # when an emit returns, its frames may already have been seen
        try:
            answer = original(self, *args, **named)
        except BaseException as error:
            _take_us_out(error)
            raise
        if _notes is not None:
            with contextlib.suppress(Exception):
                note(_notes, at, self, *args, **named)
        return answer

    setattr(owner, method, hooked)


def _take_us_out(error: BaseException) -> None:
    """Remove the caller's frame from a traceback: Python does not add it again when the exception is raised again."""
    if error.__traceback__ is not None:
        error.__traceback__ = error.__traceback__.tb_next
