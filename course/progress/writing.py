"""One writer at a time, who waits where others can go on.

SQLite lets one connection write. A greenlet that is switched away between its first write and its commit would leave
the next writer waiting *inside* SQLite, where no greenlet can run; so would another process that holds the file. So a
write first takes a lock in Python, where waiting is cooperative, then asks SQLite for the right to write, again and
again with a sleep in between, and does nothing between the first write and the commit that could switch: no emit, no
log, no sleep, no network. After `WRITE_SECONDS` it gives up, in words.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app
from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import scoped_session

from course.extensions import db
from course.progress.not_kept import Busy

WRITE_SECONDS = 5.0
"""How long a write waits for its turn. A page waits ten seconds for an answer."""
ASK_AGAIN_SECONDS = 0.04
BUSY_MS = 10
"""How long SQLite itself may sleep, with the whole process: long enough for a checkpoint of another process."""
CREATING_MS = 1000
"""How long it may sleep while a new file becomes one that can be read and written at once."""
MIGRATING_MS = 60_000
"""How long it may sleep until another process that starts has changed the tables: nobody is served yet."""
WRITES = "duplex_writes"
"""The execution option of a connection whose transaction will write."""


@contextmanager
def writing() -> Iterator[scoped_session[Session]]:
    """Hold the site's one writer lock, give the session, and commit; roll back when anything is raised.

    Needs an application context. What was read before is read anew: what is read inside is what is changed.

    Raises:
        Busy: the database did not take the write in time, or could not; nothing is changed.
    """
    deadline = time.monotonic() + WRITE_SECONDS
    if not db.writer.acquire(timeout=WRITE_SECONDS):
        raise _given_up("another write of this process took too long")
    try:
        _begin(db.session, deadline)
        yield db.session
        db.session.commit()
    except OperationalError as error:
        db.session.rollback()
        raise _given_up(str(error.orig)) from None
    except BaseException:
        db.session.rollback()
        raise
    finally:
        db.writer.release()


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose one transaction may change the tables: all of it, or nothing if the process dies."""
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        _sleep_inside(connection, MIGRATING_MS)
        try:
            yield connection
        finally:
            _sleep_inside(connection, BUSY_MS)


def _sleep_inside(connection: Connection, milliseconds: int) -> None:
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute(f"PRAGMA busy_timeout={milliseconds}")


def _begin(session: scoped_session[Session], deadline: float) -> None:
    session.rollback()
    while True:
        try:
            session.connection(execution_options={WRITES: True})
            return
        except OperationalError as error:
            session.rollback()
            if not _is_busy(error) or time.monotonic() >= deadline:
                raise
        time.sleep(ASK_AGAIN_SECONDS)


def _is_busy(error: OperationalError) -> bool:
    """Return whether another process holds the file; the low byte of a result code is its kind."""
    return (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_BUSY


def _given_up(reason: str) -> Busy:
    current_app.logger.warning("a write was given up: %s", reason)
    return Busy()


def tune_sqlite(engine: Engine) -> None:
    """Set each new SQLite connection up: WAL, one fsync a checkpoint, hardly a wait inside, foreign keys that count.

    WAL with ``synchronous=NORMAL`` survives the death of the process (SIGKILL included) without losing a commit;
    only the death of the machine may take the last ones (https://sqlite.org/pragma.html#pragma_synchronous).
    The driver begins no transaction of its own: it would only do so at the first write, when the lock may be taken.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection, _record):  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={CREATING_MS}",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")
