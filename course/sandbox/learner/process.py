"""What happens in a forked child: take the descriptors, be confined, run the learner's program."""

from __future__ import annotations

import io
import json
import os
import random
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

from course.program import Runtime
from course.sandbox import native
from course.sandbox.confinement import precedence, verdict
from course.sandbox.confinement.lockdown import LockdownFailed, confine
from course.sandbox.confinement.verdict import Verdict
from course.sandbox.learner import companions, engineio_privates
from course.sandbox.learner.program import LearnerProgram, Server
from course.sandbox.limits import Limits

MESSAGE_BYTES = 16 * 1024


class Terminal(io.StringIO):
    """Standard input as the exercise wants it: with or without a terminal, and always empty."""

    def __init__(self, terminal: bool) -> None:
        super().__init__("")
        self._terminal = terminal

    def isatty(self) -> bool:
        """Return what the libraries ask about before they serve."""
        return self._terminal

    def fileno(self) -> int:
        """Return the descriptor of standard input."""
        return 0


class Control:
    """Sends messages to the supervisor, which trusts none of them: the learner's program can reach this socket, too."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._lock = native.allocate_lock()

    def tell(self, message: dict[str, Any]) -> None:
        """Send one message; the supervisor reads it as a line of JSON."""
        # Half a surrogate pair becomes \\udxxx, as JSON writes it.
        self.send(json.dumps(message, ensure_ascii=False).encode("utf-8", "backslashreplace"))

    def send(self, line: bytes) -> None:
        """Send a message that is JSON already, without a newline; one that is far too long is dropped."""
        if len(line) <= MESSAGE_BYTES:
            with self._lock:
                self._wire.sendall(line + b"\n")


def run_child(
    request: dict[str, Any],
    descriptors: Sequence[int],
    *,
    runtime: Runtime,
    make_server: Callable[[socket.socket], Server],
    hidden: Sequence[str],
    listener_to: socket.socket | None,
    confined: bool,
) -> NoReturn:
    """Become the learner's process. Never returns.

    Args:
        request: ``{limits, uid, terminal, inside, entry}``; `inside`: whether to report what goes on inside the
            program; `entry`: the file that is run. Nothing says what the program is run for: it must not know.
        descriptors: program (a file with the files as JSON), listener, stdout, stderr, control, verdict, and where the
            sandbox has other processes, a socket for lines to and from them; in this order.
        runtime: the one that this process was prepared for.
        make_server: makes the server of that runtime on the listener.
        hidden: our own modules, which the program should not find: a courtesy, not a protection. Not collected here,
            because looking at every name would copy 0.7 MB of pages that are shared with the fork server.
        listener_to: whoever counts the threads of this process; None where the kernel does.
        confined: False only where the operator has asked for it (``SANDBOX=unconfined``).
    """
    try:
        precedence.give_way(precedence.PROGRAM)
        taken = _take(descriptors)
        control = Control(taken.control)
        limits = Limits(**request["limits"])
        sys.stdin = Terminal(request["terminal"])
        native.stack_size(limits.thread_stack_bytes)
        engineio_privates.limit_messages(limits.message_bytes)
        time.localtime()  # the time zone is read from a file, once

        def build() -> Server:
            return make_server(taken.listener)

        server = _confine(limits, taken, request["uid"], build, listener_to) if confined else build()
        verdict.tell(taken.verdict, Verdict())  # closed before there is any code of the learner's: nobody can forge it
        random.seed()
        _kept = [sys.modules.pop(name) for name in hidden]  # to free them would copy more pages
        if not confined:
            native.start_new_thread(_end_with_the_supervisor, (taken.control,))
        if taken.lines is not None:
            companions.install(taken.lines)
        inside = control.send if request["inside"] else None
        LearnerProgram(taken.files, runtime, control.tell, server, inside, entry=request["entry"]).run()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)  # whatever happened: never back into the fork server's code


def _confine(
    limits: Limits, taken: _Taken, uid: int | None, build: Callable[[], Server], listener_to: socket.socket | None
) -> Server:
    """Be confined, or say why that failed and end."""
    kept = (taken.listener, taken.control, taken.verdict, taken.lines)
    keep_fds = {0, 1, 2, *(wire.fileno() for wire in kept if wire is not None)}
    try:
        return confine(limits, keep_fds=keep_fds, uid=uid, build=build, listener_to=listener_to)
    except LockdownFailed as failure:
        verdict.tell(taken.verdict, Verdict(failure.layer, failure.message))
        os._exit(0)


class _Taken(NamedTuple):
    """What a child finds among the descriptors that it is given."""

    listener: socket.socket
    control: socket.socket
    verdict: socket.socket
    files: dict[str, str]
    lines: socket.socket | None
    """To and from the other processes of its sandbox; None where it is the only one."""


def _take(descriptors: Sequence[int]) -> _Taken:
    program, listener, stdout, stderr, control, word, *lines = descriptors
    with open(program, encoding="utf-8", errors="surrogatepass") as file:
        files = json.load(file)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (stdout, 1), (stderr, 2)):
        os.dup2(source, target)
    # New objects, since the old ones remember what the descriptors were before and can't be changed.
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(open(number, "wb", closefd=False), "utf-8", "backslashreplace", line_buffering=True)
        for number in (1, 2)
    )
    return _Taken(
        native.socket(fileno=listener),
        native.socket(fileno=control),
        native.socket(fileno=word),
        files,
        native.socket(fileno=lines[0]) if lines else None,
    )


def _end_with_the_supervisor(wire: socket.socket) -> None:
    # An unconfined process gets no death signal. The supervisor never writes here, so this waits for its end.
    wire.recv(1)
    os._exit(1)
