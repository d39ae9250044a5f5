"""What happens in a forked child: take the descriptors, be confined, run the learner's program."""

from __future__ import annotations

import io
import json
import os
import random
import socket
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from course.sandbox.learner_program import LearnerProgram
from course.sandbox.limits import Limits
from course.sandbox.lockdown import LockdownFailed, confine

MESSAGE_BYTES = 4096


class _Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1, without naming the unix socket's peer (it has no address)."""

    protocol_version = "HTTP/1.1"

    def address_string(self) -> str:
        return "127.0.0.1"

    def make_environ(self) -> Any:
        self.client_address = ("127.0.0.1", 0)
        return super().make_environ()


class _Terminal(io.StringIO):
    """Standard input as the exercise sets it: with or without a terminal, and always at its end."""

    def __init__(self, terminal: bool) -> None:
        super().__init__("")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def run_child(request: dict[str, Any], descriptors: Sequence[int], *, confined: bool) -> NoReturn:
    """Become the learner's process. Never returns.

    Args:
        request: ``{files, limits, uid, terminal}``.
        descriptors: listener, stdout, stderr, control; in this order.
        confined: False only where the operator has asked for it (``SANDBOX=unconfined``).
    """
    try:
        listener, control = _take(descriptors)
        limits = Limits(**request["limits"])
        sys.stdin = _Terminal(request["terminal"])
        threading.stack_size(limits.thread_stack_bytes)

        def build() -> BaseWSGIServer:
            return make_server(
                "unix:///server", 0, _no_app, threaded=True, request_handler=_Handler, fd=listener.fileno()
            )

        keep = {0, 1, 2, listener.fileno(), control.fileno()}
        server = confine(limits, keep_fds=keep, uid=request["uid"], build=build) if confined else build()
        random.seed()

        def serve(application: Any) -> None:
            server.app = application
            server.serve_forever()

        LearnerProgram(request["files"], Control(control).tell, serve).run()
        sys.stdout.flush()
        sys.stderr.flush()
    except LockdownFailed as failure:
        Control(control).tell({"ended": {"code": "lockdown", "reason": str(failure), "error": None}})
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


class Control:
    """The learner's program can reach this socket too: nothing that is told here is trusted for grading."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._lock = threading.Lock()

    def tell(self, message: dict[str, Any]) -> None:
        """Send one message; the supervisor reads it as a line of JSON."""
        line = json.dumps(message).encode()
        if len(line) < MESSAGE_BYTES:
            with self._lock:
                self._wire.sendall(line + b"\n")


def _take(descriptors: Sequence[int]) -> tuple[socket.socket, socket.socket]:
    listener, stdout, stderr, control = descriptors
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (stdout, 1), (stderr, 2)):
        os.dup2(source, target)
    # New objects: the old ones looked at what the descriptors were before, and refuse to be changed now.
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(open(number, "wb", closefd=False), "utf-8", "backslashreplace", line_buffering=True)
        for number in (1, 2)
    )
    return socket.socket(fileno=listener), socket.socket(fileno=control)


def _no_app(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Starting", [("Content-Length", "0")])
    return []
