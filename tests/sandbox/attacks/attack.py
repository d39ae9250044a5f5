"""What an attack is, and what every hostile program begins with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from course.program import Runtime
from course.sandbox.confinement.seccomp_numbers import NUMBERS, this_machine
from course.sandbox.model import StateChange

GROUPS = (
    "files",
    "secrets",
    "sockets",
    "processes",
    "signals",
    "arguments",
    "resources",
    "interpreter",
    "claims",
    "other sandboxes",
    "gevent",
    "gateway",
)


class Run(Protocol):
    """A hostile program on its way."""

    def said(self) -> str:
        """Wait for the program's own words on what it saw."""

    def ended(self) -> StateChange:
        """Wait until it is over."""

    def stop(self) -> None:
        """Have the supervisor stop it."""

    def exceptions_told(self, seconds: float) -> int:
        """Return how many exceptions of handlers were told of, after so many seconds."""

    def supervisors_share_of_a_core(self, seconds: float) -> float:
        """Return how busy the supervisor was over so many seconds."""

    def fork_servers_share_of_a_core(self, seconds: float) -> float:
        """Return how busy the fork server was over so many seconds."""


def says(run: Run) -> str:
    """What the program says."""
    return run.said()


def ends(run: Run) -> str:
    """How it ends without help."""
    change = run.ended()
    return f"{change.state}: {change.code}"


def breaks(run: Run) -> str:
    """That it ends without help; the signal depends on the interpreter."""
    return run.ended().state


def is_stopped(run: Run) -> str:
    """How it ends when it is stopped after it has said something."""
    if not run.said():
        return "it did not begin"
    run.stop()
    return ends(run)


@dataclass(frozen=True)
class Attack:
    """A small hostile program and how it must end.

    The program gets `attempt(act)`, which prints what became of a call, and `say(words)`. Names in angle brackets are
    filled in when it runs: <supervisor> and <neighbour> (process ids), <neighbour_socket> (a path), <pattern> (what the
    canary looks like).
    """

    name: str
    group: str
    layer: str
    """Who must refuse it."""
    expected: str
    """What the program must have seen (an error's name, or its own words), or how it must end (``state: code``)."""
    source: str
    watch: Callable[[Run], str] = says
    """Finds out what became of it, in the terms of `expected`."""
    runtime: Runtime = "threading"


_NUMBERS = {name: row[this_machine().column] for name, row in NUMBERS.items()}

PRELUDE = f"""\
import errno, os, sys

NUMBERS = {_NUMBERS!r}


def say(words):
    print("outcome: " + str(words), flush=True)


def attempt(act):
    try:
        act()
    except OSError as error:
        say(errno.errorcode.get(error.errno, type(error).__name__))
    except BaseException as error:
        say(type(error).__name__)
    else:
        say("it worked")


def c_library():
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    import ctypes

    number = NUMBERS[name]
    library = c_library()
    library.syscall.restype = ctypes.c_long
    answer = library.syscall(number, *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if answer < 0:
        raise OSError(ctypes.get_errno(), name)
    return answer


def serve():
    from flask import Flask
    from flask_socketio import SocketIO

    app = Flask(__name__)
    app.get("/alive")(lambda: "alive")
    SocketIO(app).run(app, allow_unsafe_werkzeug=True)


def meanwhile(act):
    import threading, time

    def later():
        time.sleep(0.2)
        act()

    threading.Thread(target=later, daemon=True).start()
    serve()


"""

CONTROL = """\
import socket

for number in range(3, 64):
    try:
        found = socket.socket(fileno=number)
    except OSError:
        continue
    if not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        control = found
    else:
        listener = found

"""
"""Finds the socket to the supervisor (and the listener): both are within a hostile program's reach."""
