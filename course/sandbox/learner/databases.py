"""SQLite in memory: a name such as ``chat.db`` is one database for all threads of a program, gone with its process.

The memdb VFS of SQLite itself gives that: connections wait for each other as they do at a file, and no call takes a
path. Put in place once, before the fork, in the fork server that has databases. Runs inside the child.
"""

from __future__ import annotations

import functools
import posixpath
import sqlite3
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from course.sandbox.learner import file_calls
from course.sandbox.learner.own_files import HOME

OLDEST = (3, 36, 0)
"""Since then databases of the memdb VFS whose names begin with a slash are shared: sqlite.org/releaselog."""
_PARAMETERS = (
    "timeout detect_types isolation_level check_same_thread factory cached_statements uri".split()
)  # after the database, in this order; autocommit is by name only

_kept: dict[str, sqlite3.Connection] = {}
"""One connection to each database that was opened: a database goes with its last connection."""
_lock = threading.Lock()


def install() -> None:
    """Put it in place. Once, in the fork server.

    Raises:
        ImportError: this SQLite is too old to share a database in memory.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        raise ImportError(f"SQLite {sqlite3.sqlite_version} can't share a database in memory.", name="sqlite3")
    connect = _connecting(sqlite3.dbapi2.connect)
    for module in (sqlite3, sqlite3.dbapi2):
        module.__dict__["connect"] = connect


def _connecting(real: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
    @functools.wraps(real)
    def connect(database: Any, *args: Any, **named: Any) -> sqlite3.Connection:
        options = dict(zip(_PARAMETERS, args, strict=False)) | named
        path = database_path(database, bool(options.get("uri")), file_calls.working_folder())
        if path is not None:
            _keep(path, real, must_exist=_must_exist(database))
            database, options["uri"] = _address(path), True
        connection = real(database, **options)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        sqlite3.Connection.execute(connection, "PRAGMA temp_store = MEMORY").close()
        return connection

    return connect


def database_path(database: Any, uri: bool, folder: str) -> str | None:
    """Return the path by which a database is known; None for one that is private to its connection.

    Args:
        database: as it was given to `sqlite3.connect`.
        uri: whether it may be a URI.
        folder: where a relative path begins.
    """
    try:
        path = (
            database if isinstance(database, str) else bytes(database).decode() if isinstance(database, bytes) else None
        )
        path = str(database.__fspath__()) if path is None else path
    except AttributeError:
        return None  # no path at all: sqlite3 says so
    if uri and path.startswith("file:"):
        parts = urlsplit(path)
        if "memory" in parse_qs(parts.query).get("mode", ()):
            return None  # in memory by its own words, shared or not
        path = unquote(parts.path)
    if path in ("", ":memory:"):
        return None
    return posixpath.normpath(posixpath.join(folder or HOME, path))


def _must_exist(database: Any) -> bool:
    text = str(database)
    return text.startswith("file:") and bool({"ro", "rw"} & set(parse_qs(urlsplit(text).query).get("mode", ())))


def _keep(path: str, real: Callable[..., sqlite3.Connection], *, must_exist: bool) -> None:
    with _lock:
        if path in _kept:
            return
        if must_exist:
            raise sqlite3.OperationalError("unable to open database file")
        file_calls.note_database(path)
        _kept[path] = real(_address(path), uri=True, check_same_thread=False)


def _address(path: str) -> str:
    return f"file:{quote(path)}?vfs=memdb"
