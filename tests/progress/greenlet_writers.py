"""Run by test_writing: many greenlets write at once, one of them is switched away before its commit."""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402
from flask import Flask  # noqa: E402

from course.extensions import db  # noqa: E402
from course.progress import work  # noqa: E402
from course.progress.models import Learner  # noqa: E402
from course.progress.writing import tune_sqlite, writing  # noqa: E402

app = Flask("writers")
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{sys.argv[1]}"
db.init_app(app)
longest_stall = 0.0


def heartbeat() -> None:
    global longest_stall
    while True:
        before = time.perf_counter()
        gevent.sleep(0.01)
        longest_stall = max(longest_stall, time.perf_counter() - before)


def slow_writer() -> None:
    with app.app_context(), writing() as session:
        session.add(Learner(id="slow"))
        session.flush()
        gevent.sleep(0.5)  # what nobody should do; the lock makes it harmless to everybody but other writers


def writer(number: int) -> None:
    with app.app_context():
        work.save(f"learner-{number}", "lesson", "exercise", {"server.py": str(number)})


with app.app_context():
    tune_sqlite(db.engine)
    db.create_all()
beat = gevent.spawn(heartbeat)
gevent.joinall([gevent.spawn(slow_writer), *(gevent.spawn(writer, n) for n in range(20))], raise_error=True)
beat.kill()
print(f"{longest_stall:.3f}")
