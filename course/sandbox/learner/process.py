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
from typing import Any, NoReturn

from course.program import Runtime
from course.sandbox import native
from course.sandbox.confinement.lockdown import LockdownFailed, confine
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
    confined: bool,
) -> NoReturn:
    """Become the learner's process. Never returns.

    Args:
        request: ``{limits, uid, terminal, inside}``; `inside`: whether to report what goes on inside the program.
        descriptors: listener, stdout, stderr, control, program (a file with the files as JSON); in this order.
        runtime: the one that this process was prepared for.
        make_server: makes the server of that runtime on the listener.
        hidden: our own modules, which the program should not find: a courtesy, not a protection. Not collected here,
            because looking at every name would copy 0.7 MB of pages that are shared with the fork server.
        confined: False only where the operator has asked for it (``SANDBOX=unconfined``).
    """
    control: Control | None = None
    try:
        listener, wire, files = _take(descriptors)
        control = Control(wire)
        limits = Limits(**request["limits"])
        sys.stdin = Terminal(request["terminal"])
        native.stack_size(limits.thread_stack_bytes)
        time.localtime()  # the time zone is read from a file, once

        def build() -> Server:
            return make_server(listener)

        keep = {0, 1, 2, listener.fileno(), wire.fileno()}
        server = confine(limits, keep_fds=keep, uid=request["uid"], build=build) if confined else build()
        random.seed()
        _kept = [sys.modules.pop(name) for name in hidden]  # to free them would copy more pages
        if not confined:
            native.start_new_thread(_end_with_the_supervisor, (wire,))
        inside = control.send if request["inside"] else None
        LearnerProgram(files, runtime, control.tell, server, inside).run()
        sys.stdout.flush()
        sys.stderr.flush()
    except LockdownFailed as failure:
        if control:
            control.tell({"ended": {"code": "lockdown", "reason": str(failure), "error": None}})
    finally:
        os._exit(0)  # whatever happened: never back into the fork server's code


def _take(descriptors: Sequence[int]) -> tuple[socket.socket, socket.socket, dict[str, str]]:
    listener, stdout, stderr, control, program = descriptors
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
    return native.socket(fileno=listener), native.socket(fileno=control), files


def _end_with_the_supervisor(wire: socket.socket) -> None:
    # An unconfined process gets no death signal. The supervisor never writes here, so this waits for its end.
    wire.recv(1)
    os._exit(1)
