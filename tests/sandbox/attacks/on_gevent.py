"""Under gevent there is an event loop to hold, a pool of native threads, and gevent's own ways to everything.

First one or two cases of every other group, since the fork server and the server are others; then what only gevent has.
"""

from collections.abc import Callable
from dataclasses import replace

from course.program import Runtime
from tests.sandbox.attacks import (
    on_files,
    on_other_sandboxes,
    on_processes,
    on_resources,
    on_secrets,
    on_signals,
    on_sockets,
    on_the_interpreter,
)
from tests.sandbox.attacks.attack import Attack, Run, ends, is_stopped, says

GROUP = "gevent"

_TWINS: tuple[tuple[tuple[Attack, ...], str, Runtime], ...] = (
    (on_files.ATTACKS, "read the password file", "gevent"),
    (on_files.ATTACKS, "read the source of the course", "gevent-patched"),
    (on_secrets.ATTACKS, "search every object of the interpreter", "gevent"),
    (on_secrets.ATTACKS, "search every object of the interpreter", "gevent-patched"),
    (on_secrets.ATTACKS, "look at what the C library holds as environment", "gevent-patched"),
    (on_sockets.ATTACKS, "connect to this host", "gevent-patched"),
    (on_sockets.ATTACKS, "hand on a descriptor", "gevent"),
    (on_processes.ATTACKS, "fork", "gevent"),
    (on_processes.ATTACKS, "fork", "gevent-patched"),
    (on_signals.ATTACKS, "kill the fork server", "gevent"),
    (on_resources.ATTACKS, "compute without end", "gevent-patched"),
    (on_resources.ATTACKS, "fill memory bit by bit", "gevent"),
    (on_resources.ATTACKS, "keep the supervisor busy with messages", "gevent"),
    (on_the_interpreter.ATTACKS, "be ready, ended and ready again", "gevent"),
    (on_the_interpreter.ATTACKS, "close the listener", "gevent-patched"),
    (on_the_interpreter.ATTACKS, "look through the runner's frames", "gevent"),
    (on_the_interpreter.ATTACKS, "make memory that can run", "gevent"),
    (on_other_sandboxes.ATTACKS, "connect to the neighbour's server", "gevent-patched"),
    (on_other_sandboxes.ATTACKS, "guess the neighbour's random numbers", "gevent"),
)


def _twin(attacks: tuple[Attack, ...], name: str, runtime: Runtime) -> Attack:
    known = next(attack for attack in attacks if attack.name == name)
    return replace(known, group=GROUP, name=f"{known.group}: {name} ({runtime})", runtime=runtime)


def _own(
    name: str,
    layer: str,
    expected: str,
    source: str,
    watch: Callable[[Run], str] = says,
    runtime: Runtime = "gevent",
) -> Attack:
    return Attack(name, GROUP, layer, expected, f"import gevent\n{source}", watch, runtime)


ATTACKS = (
    *(_twin(*twin) for twin in _TWINS),
    _own(
        "read a file in a thread of the pool",
        "seccomp: paths",
        "EACCES",
        "attempt(lambda: gevent.get_hub().threadpool.apply(open, ('/etc/passwd',)))",
    ),
    _own(
        "read a file by gevent's file object",
        "seccomp: paths",
        "EACCES",
        "from gevent import fileobject\nattempt(lambda: fileobject.FileObjectThread('/etc/passwd'))",
    ),
    _own(
        "connect by gevent's socket",
        "seccomp: default",
        "EPERM",
        "from gevent import socket\nattempt(lambda: socket.create_connection(('127.0.0.1', 22), 1))",
    ),
    _own(
        "take the socket from before the patching",
        "seccomp: default",
        "EPERM",
        "from gevent import monkey\nattempt(lambda: monkey.get_original('socket', 'socket')())",
        runtime="gevent-patched",
    ),
    _own(
        "look up a name by gevent's resolver",
        "seccomp: default, paths",
        "gaierror",
        "from gevent import socket\nattempt(lambda: socket.getaddrinfo('example.org', 80))",
    ),
    _own(
        "bring a resolver of its own",
        "fork server: not imported",
        "ModuleNotFoundError",
        "import importlib\nattempt(lambda: importlib.import_module('gevent.resolver.ares'))",
    ),
    _own(
        "start a program by gevent",
        "seccomp: clone makes threads only",
        "EPERM",
        "from gevent import subprocess\nattempt(lambda: subprocess.Popen(['/bin/sh']))",
    ),
    _own(
        "fork by gevent and watch the child",
        "seccomp: clone makes threads only",
        "EPERM",
        "import gevent.os\nattempt(lambda: gevent.os.fork_and_watch() or os._exit(0))",
    ),
    _own(
        "make pools of threads without end",
        on_resources.THREADS,
        "RuntimeError",
        """
import time
from gevent.threadpool import ThreadPool
pools = []
def many():
    for _ in range(500):
        pools.append(ThreadPool(10))
        for _ in range(10):
            pools[-1].spawn(time.sleep, 30)
attempt(many)
os._exit(0)
""",
    ),
    _own(
        "compute without end in every thread of the pool",
        "supervisor: cpu",
        "limited: cpu",
        """
def loop():
    while True:
        pass
def many():
    for _ in range(20):
        gevent.get_hub().threadpool.spawn(loop)
gevent.spawn_later(0.2, many)
serve()
""",
        ends,
    ),
    _own(
        "compute without end in the event loop",
        "supervisor: cpu",
        "limited: cpu",
        """
def loop():
    while True:
        pass
gevent.spawn_later(0.2, loop)
serve()
""",
        ends,
    ),
    _own(
        "switch without end between two tasks",
        "supervisor: cpu",
        "limited: cpu",
        """
def loop():
    while True:
        gevent.sleep(0)
gevent.spawn_later(0.2, loop)
gevent.spawn_later(0.2, loop)
serve()
""",
        ends,
    ),
    _own(
        "hold the event loop and refuse to end",
        "supervisor: kills from outside",
        "stopped: stopped",
        """
import signal, time
def hold():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say("holding")
    time.sleep(600)
gevent.spawn_later(0.2, hold)
serve()
""",
        is_stopped,
    ),
    _own(
        "make tasks without end",
        "supervisor: memory",
        "limited: memory",
        """
def many():
    while True:
        for _ in range(2000):
            gevent.spawn_later(600, bytes, 1000)
        gevent.sleep(0.01)
gevent.spawn_later(0.2, many)
serve()
""",
        ends,
    ),
    _own(
        "close the listener under the loop",
        "supervisor: one sandbox, one process",
        "crashed",
        """
def close():
    for number in range(3, 64):
        try:
            os.close(number)
        except OSError:
            pass
gevent.spawn_later(0.2, close)
serve()
""",
        lambda run: run.ended().state,
    ),
)
