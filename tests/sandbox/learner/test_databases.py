"""Which database a name means, and which one is private to its connection."""

import pytest

from course.sandbox.learner.databases import database_path
from tests.stage.host import Host

FOLDER = "/home/learner"


@pytest.mark.parametrize(
    ("database", "uri", "path"),
    [
        ("chat.db", False, "/home/learner/chat.db"),
        ("./data/../chat.db", False, "/home/learner/chat.db"),
        (b"chat.db", False, "/home/learner/chat.db"),
        ("/tmp/chat.db", False, "/tmp/chat.db"),
        ("../../chat.db", False, "/chat.db"),
        ("file:chat.db", True, "/home/learner/chat.db"),
        ("file:///tmp/a%20b.db?mode=rwc&vfs=unix", True, "/tmp/a b.db"),
        ("file:chat.db", False, "/home/learner/file:chat.db"),
        (":memory:", False, None),
        ("", False, None),
        ("file::memory:?cache=shared", True, None),
        ("file:shared?mode=memory&cache=shared", True, None),
        (7, False, None),
        (None, False, None),
    ],
)
def test_a_name_means_one_database(database: object, uri: bool, path: str | None) -> None:
    assert database_path(database, uri, FOLDER) == path


def test_a_database_outlives_its_connections(host: Host) -> None:
    lines = (
        "import sqlite3",
        "with sqlite3.connect('a.db') as first: first.execute('create table kept (x)')",
        "first.close()",
        "print(sqlite3.connect('a.db').execute('select count(*) from kept').fetchone())",
    )
    running = host.run("\n".join(lines))
    running.end()
    assert running.memory.text() == "(0,)\n"
