"""One writer at a time.

SQLite lets one connection write. Under gevent a greenlet that is switched away between its first write and its commit
would leave the next writer waiting *inside* SQLite, where no greenlet can run: the whole process would be blocked
for the busy timeout and then fail. So a write takes this lock first, in Python, where waiting is cooperative, and
does nothing between the first write and the commit that could switch: no emit, no log, no sleep, no network.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask_sqlalchemy.session import Session
from sqlalchemy import Engine, event
from sqlalchemy.orm import scoped_session

from course.extensions import db


@contextmanager
def writing() -> Iterator[scoped_session[Session]]:
    """Hold the site's one writer lock, give the session, and commit; roll back when anything is raised.

    Needs an application context. The lock is taken before the first read, so that what is read is what is changed.
    """
    with db.writer:
        try:
            yield db.session
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


def tune_sqlite(engine: Engine) -> None:
    """Set each new SQLite connection up: WAL, one fsync a checkpoint, a busy timeout, foreign keys that count.

    WAL with ``synchronous=NORMAL`` survives the death of the process (SIGKILL included) without losing a commit;
    only the death of the machine may take the last ones (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection, _record):  # type: ignore[no-untyped-def]
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
