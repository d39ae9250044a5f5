"""Run by test_writing: another process holds the database; one greenlet saves, another counts its turns meanwhile."""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import logging  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402

import gevent  # noqa: E402
from flask import Flask  # noqa: E402

from course.extensions import db  # noqa: E402
from course.progress import work, writing  # noqa: E402

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""

path, let_go_after, writing.WRITE_SECONDS = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
app = Flask("writers")
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{path}"
db.init_app(app)
lines: list[str] = []


class Kept(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        lines.extend(self.format(record).splitlines())


app.logger.handlers = [Kept()]
told = {"turns": 0, "outcome": "waiting", "read": ""}


def save() -> None:
    with app.app_context():
        try:
            told["outcome"] = work.save("learner-1", "lesson", "exercise", {"server.py": "mine"}).version
        except Exception as error:
            told["outcome"] = f"{type(error).__name__}: {error}"


with app.app_context():
    writing.tune_sqlite(db.engine)
    db.create_all()
    work.save("learner-0", "lesson", "exercise", {"server.py": "there before"})
holder = subprocess.Popen(
    [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
assert holder.stdin and holder.stdout
assert holder.stdout.readline() == "held\n"
saving = gevent.spawn(save)
gevent.sleep(0)
while not saving.dead and told["turns"] < let_go_after:
    gevent.sleep(0.01)
    told["turns"] += 1
with app.app_context():
    kept = work.find("learner-0", "lesson", "exercise")
    told["read"] = kept.files["server.py"] if kept else ""
holder.stdin.write("\n")
holder.stdin.close()
holder.wait()
saving.join()
print(json.dumps({**told, "log": lines}))
