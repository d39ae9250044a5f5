"""What libraries keep in files at home, kept in memory; and a word about one that does less than its name promises.

Put in place once, before the fork, in the fork server that has these libraries. Runs inside the child.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

import cachelib
import cachelib.file
import flask_cors
import flask_session.filesystem.filesystem

from course.sandbox.learner import databases, file_calls

CORS_NOTE = (
    "flask_cors lets pages of other origins read your routes. Which of them may open a Socket.IO connection is said by "
    "SocketIO(app, cors_allowed_origins=[…]).\n"
)


class MemoryCache(cachelib.SimpleCache):
    """Takes what the cache in files takes."""

    def __init__(self, cache_dir: Any, threshold: int = 500, default_timeout: int = 300, *_: Any, **__: Any) -> None:
        super().__init__(threshold, default_timeout)


def install() -> None:
    """Put it in place. Once, in the fork server."""
    databases.install()
    for module in (cachelib, cachelib.file, flask_session.filesystem.filesystem):
        module.__dict__["FileSystemCache"] = MemoryCache
    cors: Any = flask_cors.CORS
    real = cors.__init__

    @functools.wraps(real)
    def made(self: Any, *args: Any, **named: Any) -> None:
        if file_calls.has_begun():
            sys.stderr.write(CORS_NOTE)
        real(self, *args, **named)

    cors.__init__ = made
