"""The threaded Werkzeug server that a learner's program is attached to. Made before the lock: it needs a socket."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from course.sandbox.client_tag import take_tag
from course.sandbox.learner.program import Report

NO_THREAD = (
    "Your server had no thread left for one more connection, so that one was refused. Each client takes about three "
    "threads, and each background task one for as long as it goes on.\n"
)


class _Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1, gives the peer the address it would have on the learner's machine, and keeps no access log."""

    protocol_version = "HTTP/1.1"

    def address_string(self) -> str:
        return "127.0.0.1"

    def make_environ(self) -> dict[str, Any]:
        self.client_address = ("127.0.0.1", 0)
        return take_tag(super().make_environ())

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log nothing: the access log and the "Bad request syntax" after some closed WebSockets are noise here."""


class LearnerServer(ThreadedWSGIServer):
    """Is listening from the start; serves when it is given an application.

    Args:
        listener: a listening unix socket.
    """

    def __init__(self, listener: socket.socket) -> None:
        super().__init__("unix:///server", 0, _starting, _Handler, fd=listener.fileno())
        self.report: Report = lambda error: None

    def install(self, starts: Callable[[str, int], None], report: Report) -> None:
        """Take the reporter of errors; Werkzeug's own server is replaced by `LearnerProgram`."""
        self.report = report

    def serve(self, host: str, port: int, application: Any) -> None:
        """Serve the application forever; the program sees the address that it asked for."""
        self.host, self.port = host, port
        self.server_address = (host, port)
        self.app = application
        self.serve_forever(poll_interval=3600)  # nobody calls shutdown(), so there is nothing to poll for

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong with one connection; the server goes on."""
        error = sys.exc_info()[1]
        if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
            sys.stderr.write(NO_THREAD)
        elif error is not None and not isinstance(error, (ConnectionError, TimeoutError)):
            self.report(error)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Pass on errors outside Flask (in a streamed response, say); Werkzeug's other lines are noise here."""
        error = sys.exc_info()[1]
        if type == "error" and error is not None:
            self.report(error)


def _starting(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Starting", [("Content-Length", "0")])
    return []
