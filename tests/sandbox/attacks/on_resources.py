"""Whatever is used without end comes to one, and only for the program that used it."""

from collections.abc import Callable

from tests.sandbox.attacks.attack import CONTROL, Attack, Run, breaks, ends, says


def _bomb(name: str, layer: str, expected: str, source: str, watch: Callable[[Run], str] = says) -> Attack:
    return Attack(name, "resources", layer, expected, source, watch)


def rests(run: Run) -> str:
    """Whether the supervisor stays idle while the program does its worst."""
    share = run.supervisors_share_of_a_core(1.5)
    return "the supervisor rests" if share < 0.25 else f"the supervisor is busy ({share:.0%} of a core)"


THREADS = "setrlimit or fork server: threads"
"""The kernel counts them where the program has a user of its own, the fork server where it has not."""

_MANY_THREADS = """
import threading
stop = threading.Event()
def start_many():
    try:
        for _ in range(5000):
            threading.Thread(target=stop.wait, daemon=True).start()
    except RuntimeError:
        return "RuntimeError"
    return "every one was started"
def say_how_many():
    ended = start_many()
    most = threading.active_count()
    say(f"{ended}, " + ("within the limit" if most <= 40 else f"{most} threads"))
    os._exit(0)
"""

_WITHOUT_A_MAIN_THREAD = """
import ctypes, threading, time
hoard = []
def go_on():
    while True:
        <do>
threading.Thread(target=go_on, daemon=True).start()
c_library().syscall(NUMBERS["exit"], 0)
"""

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
        "hide memory in tables of pages",
        "supervisor: memory",
        "limited: memory",
        """
import ctypes, time
hoard = []
def scatter():
    for number in range(25_000):
        page = call("mmap", (1 << 44) + (number << 30), 4096, 3, 0x32, -1, 0)
        ctypes.memset(page, 1, 1)
        if number % 500 == 0:
            time.sleep(0.01)
    say("scattered")
    time.sleep(5)
meanwhile(scatter)
""",
        ends,
    ),
    _bomb(
        "queue signals without end",
        "setrlimit: pending signals",
        "few were kept",
        """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
for _ in range(20_000):
    os.kill(os.getpid(), signal.SIGRTMIN)
kept = 0
while signal.sigtimedwait([signal.SIGRTMIN], 0) is not None:
    kept += 1
say("few were kept" if kept < 100 else f"{kept} were kept")
""",
    ),
    _bomb(
        "start threads without end",
        THREADS,
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
        "start threads with the smallest stacks",
        THREADS,
        "RuntimeError, within the limit",
        _MANY_THREADS + "threading.stack_size(32768)\nsay_how_many()",
    ),
    _bomb(
        "start threads from threads",
        THREADS,
        "RuntimeError, within the limit",
        _MANY_THREADS
        + """
threading.stack_size(32768)
for _ in range(3):
    threading.Thread(target=start_many, daemon=True).start()
say_how_many()
""",
    ),
    _bomb(
        "start threads where no library counts them",
        THREADS,
        "RuntimeError, within the limit",
        _MANY_THREADS
        + """
import _thread
def start_many():
    try:
        for _ in range(5000):
            _thread.start_new_thread(stop.acquire, ())
    except RuntimeError:
        return "RuntimeError"
    return "every one was started"
stop = _thread.allocate_lock()
stop.acquire()
_thread.stack_size(32768)
threading.active_count = _thread._count
say_how_many()
""",
    ),
    _bomb(
        "keep whoever counts threads busy",
        "fork server: so many starts a second",
        "the fork server rests",
        """
import threading
def flood():
    while True:
        try:
            thread = threading.Thread(target=int)
            thread.start()
            thread.join()
        except RuntimeError:
            pass
def several():
    for _ in range(8):
        threading.Thread(target=flood, daemon=True).start()
meanwhile(several)
""",
        lambda run: (
            "the fork server rests" if run.fork_servers_share_of_a_core(2) < 0.35 else "the fork server is busy"
        ),
    ),
    _bomb(
        "end the main thread and go on",
        "supervisor: main thread",
        "limited: headless",
        _WITHOUT_A_MAIN_THREAD.replace("<do>", "time.sleep(0.01)"),
        ends,
    ),
    _bomb(
        "fill memory behind a main thread that has gone",
        "supervisor: main thread",
        "limited: headless",
        _WITHOUT_A_MAIN_THREAD.replace("<do>", "hoard.append(bytearray(b'x' * (1 << 19))); time.sleep(0.01)"),
        ends,
    ),
    _bomb(
        "compute behind a main thread that has gone",
        "supervisor: main thread",
        "limited: headless",
        _WITHOUT_A_MAIN_THREAD.replace("<do>", "sum(range(10000))"),
        ends,
    ),
    _bomb(
        "compute on every processor",
        "supervisor: cpu",
        "limited: cpu",
        """
import hashlib, threading
def loop():
    while True:
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", 50_000)
def several():
    for _ in range(4):
        threading.Thread(target=loop, daemon=True).start()
meanwhile(several)
""",
        ends,
    ),
    _bomb(
        "compute with a rest after each tenth of a second",
        "supervisor: cpu",
        "limited: cpu",
        """
import time
def loop():
    while True:
        until = time.thread_time() + 0.1
        while time.thread_time() < until:
            pass
        time.sleep(0.03)
meanwhile(loop)
""",
        ends,
    ),
    _bomb("go before the others", "seccomp: default", "EPERM", "attempt(lambda: os.nice(-5))"),
    _bomb(
        "have the kernel end another process first",
        "seccomp: paths",
        "EACCES",
        "attempt(lambda: open('/proc/self/oom_score_adj', 'w'))",
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
