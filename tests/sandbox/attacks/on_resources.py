"""Whatever is used without end comes to one, and only for the program that used it."""

from collections.abc import Callable

from tests.sandbox.attacks.attack import CONTROL, Attack, Run, breaks, ends, says


def _bomb(name: str, layer: str, expected: str, source: str, watch: Callable[[Run], str] = says) -> Attack:
    return Attack(name, "resources", layer, expected, source, watch)


def rests(run: Run) -> str:
    """Whether the supervisor stays idle while the program does its worst."""
    share = run.supervisors_share_of_a_core(1.5)
    return "the supervisor rests" if share < 0.25 else f"the supervisor is busy ({share:.0%} of a core)"


ATTACKS = (
    _bomb(
        "ask for all memory at once", "setrlimit: address space", "MemoryError", "attempt(lambda: bytearray(1 << 36))"
    ),
    _bomb(
        "fill memory bit by bit",
        "supervisor: memory",
        "limited: memory",
        """
import time
hoard = []
def fill():
    while True:
        hoard.append(bytearray(b"x" * (1 << 20)))
        time.sleep(0.003)
meanwhile(fill)
""",
        ends,
    ),
    _bomb(
        "start threads without end",
        "setrlimit: processes, address space",
        "RuntimeError",
        """
import threading
stop = threading.Event()
def many():
    for _ in range(5000):
        threading.Thread(target=stop.wait, daemon=True).start()
attempt(many)
stop.set()
""",
    ),
    _bomb(
        "open descriptors without end",
        "setrlimit: open files",
        "EMFILE",
        "attempt(lambda: [os.pipe() for _ in range(5000)])",
    ),
    _bomb(
        "compute without end",
        "supervisor: cpu",
        "limited: cpu",
        """
def loop():
    while True:
        pass
meanwhile(loop)
""",
        ends,
    ),
    _bomb(
        "match a pattern without end",
        "supervisor: cpu",
        "limited: cpu",
        "import re\nmeanwhile(lambda: re.match('(a+)+$', 'a' * 60 + 'b'))",
        ends,
    ),
    _bomb(
        "compute a huge number",
        "supervisor: cpu",
        "limited: cpu",
        "meanwhile(lambda: 3 ** (10 ** 8))",
        ends,
    ),
    _bomb(
        "write out a huge number", "interpreter: digits of an int", "ValueError", "attempt(lambda: str(1 << 100_000))"
    ),
    _bomb(
        "print without end",
        "supervisor: output",
        "output was cut",
        """
def flood():
    while True:
        print("flood " * 200)
meanwhile(flood)
""",
    ),
    _bomb(
        "print one line without end",
        "supervisor: output",
        "output was cut",
        """
def flood():
    while True:
        sys.stdout.write("flood " * 200)
        sys.stdout.flush()
meanwhile(flood)
""",
    ),
    _bomb(
        "never start to listen",
        "supervisor: start-up",
        "limited: start",
        "import time\ntime.sleep(60)",
        ends,
    ),
    _bomb(
        "raise its own limits",
        "seccomp: limits are read, not set",
        "EPERM",
        "import ctypes\nroom = (ctypes.c_ulong * 2)(1 << 40, 1 << 40)\n"
        "attempt(lambda: call('prlimit64', 0, 9, ctypes.byref(room), 0))",
    ),
    _bomb(
        "fall without end",
        "kernel: the stack ends",
        "crashed",
        "sys.setrecursionlimit(10 ** 9)\ndef fall(): return [*map(lambda _: fall(), [1])]\nfall()",
        breaks,
    ),
    _bomb(
        "take the processors from the others",
        "seccomp: default",
        "EPERM",
        "attempt(lambda: os.sched_setaffinity(0, [0]))",
    ),
    _bomb(
        "keep the supervisor busy with output",
        "supervisor: output",
        "the supervisor rests",
        """
def flood():
    while True:
        os.write(1, b"flood " * 2000)
meanwhile(flood)
""",
        rests,
    ),
    _bomb(
        "keep the supervisor busy with messages",
        "supervisor: control",
        "the supervisor rests",
        CONTROL
        + """
def flood():
    while True:
        control.sendall(b'{"exception": {"type": "E", "message": "m"}}\\n' * 200)
meanwhile(flood)
""",
        rests,
    ),
    _bomb(
        "report errors without end",
        "supervisor: control",
        "a bounded number was told",
        CONTROL
        + """
def flood():
    while True:
        control.sendall(b'{"exception": {"type": "E", "message": "m"}}\\n')
meanwhile(flood)
""",
        lambda run: "a bounded number was told" if run.exceptions_told(1) <= 1000 else "every one was told",
    ),
)
