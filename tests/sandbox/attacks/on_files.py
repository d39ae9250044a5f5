"""No file may be read, written, listed or even asked about: the path never gets as far as the disk."""

from pathlib import Path

from tests.sandbox.attacks.attack import Attack

CONFIG = Path(__file__).parents[3] / "course" / "config.py"


def _refused(name: str, source: str, *, layer: str = "seccomp: paths", expected: str = "EACCES") -> Attack:
    return Attack(name, "files", layer, expected, source)


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
    _refused(
        "hide a file in memory",
        "attempt(lambda: os.memfd_create('mine'))",
        layer="seccomp: default",
        expected="EPERM",
    ),
)
