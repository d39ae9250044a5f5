"""No file may be read, written, listed or even asked about: the path never gets as far as the disk."""

from pathlib import Path

from tests.sandbox.attacks.attack import Attack

CONFIG = Path(__file__).parents[3] / "course" / "config.py"


def _refused(name: str, source: str, *, layer: str = "seccomp: paths", expected: str = "EACCES") -> Attack:
    return Attack(name, "files", layer, expected, source)


_DATABASES = tuple(
    _refused(name, f"import sqlite3, _sqlite3\n{source}", expected="OperationalError")
    for name, source in (
        (
            "read a file by SQLite",
            "attempt(lambda: _sqlite3.connect('file:/etc/passwd?vfs=unix', uri=True).execute('select * from a'))",
        ),
        ("make a file by SQLite", "attempt(lambda: _sqlite3.connect('/tmp/mine.db').execute('create table a (b)'))"),
        (
            "attach a file to a database",
            "attempt(lambda: _sqlite3.connect(':memory:').executescript(\"attach '/tmp/a.db' as a; create table a.b (c)\"))",
        ),
        (
            "copy a database into a file",
            "attempt(lambda: _sqlite3.connect(':memory:').execute(\"vacuum into '/tmp/a'\"))",
        ),
        (
            "attach to a database of the sandbox",
            "attempt(lambda: sqlite3.connect('a.db').execute(\"attach 'b.db' as b\"))",
        ),
    )
)
"""The calls of SQLite's machine code, which no Python stands before."""

ATTACKS = (
    _refused("read the password file", "attempt(lambda: open('/etc/passwd').read())"),
    _refused("read the source of the course", f"attempt(lambda: open({str(CONFIG)!r}).read())"),
    _refused("write a file", "attempt(lambda: open('/tmp/mine', 'w'))"),
    _refused("list a folder", "attempt(lambda: os.listdir('/'))"),
    _refused("ask whether a file exists", "attempt(lambda: os.stat('/root/.ssh'))"),
    _refused("follow a link", "attempt(lambda: os.readlink('/proc/self/exe'))"),
    _refused("delete a file", "attempt(lambda: os.unlink('/tmp/anything'))"),
    _refused("rename a file", "attempt(lambda: os.rename('/tmp/a', '/tmp/b'))"),
    _refused("make a folder", "attempt(lambda: os.mkdir('/tmp/mine'))"),
    _refused("make a named pipe", "attempt(lambda: os.mkfifo('/tmp/pipe'))"),
    _refused("change who may read a file", "attempt(lambda: os.chmod('/tmp', 0o777))"),
    _refused("move to another folder", "attempt(lambda: os.chdir('/etc'))"),
    _refused("open by the newest call", "attempt(lambda: call('openat2', -100, b'/etc/passwd', 0, 0))"),
    _refused("reach a file by its handle", "attempt(lambda: call('open_by_handle_at', -100, 0, 0))"),
    # Python's own calls are answered from the program's folder, in memory: these go round that.
    _refused("read a file below Python's open", "import io\nattempt(lambda: io.FileIO('/etc/passwd'))"),
    _refused("read by the open that was replaced", "attempt(lambda: open.__wrapped__('/etc/passwd'))"),
    _refused("leave the program's folder", "attempt(lambda: open('templates/../../../etc/passwd'))"),
    _refused("write into the program's folder", "import io\nattempt(lambda: io.FileIO('/home/learner/mine', 'w'))"),
    _refused("list the program's folder as a real one", "attempt(lambda: os.listdir.__wrapped__('/home/learner'))"),
    *_DATABASES,
    _refused(
        "hide a file in memory",
        "attempt(lambda: os.memfd_create('mine'))",
        layer="seccomp: default",
        expected="EPERM",
    ),
)
