"""A learner's server that answers with given bytes, right or wrong, and an in-process gateway before it."""

import socket
import threading
from contextlib import closing, contextmanager
from pathlib import Path

from werkzeug.serving import make_server
from werkzeug.test import Client

from course.sandbox.faults import Faults
from course.sandbox.gateway.middleware import Gateway
from course.sandbox.limits import Limits
from course.sandbox.model import StateChange
from course.sandbox.trace import Trace
from tests.sandbox.gateway.stage import RUNNING

HOST = "course.example"
PREFIX = f"/sandbox/{RUNNING}/A"


class StubSandbox:
    def __init__(self, socket_path, state="ready"):
        self.state = StateChange(state)
        self.socket_path = Path(socket_path)
        self.limits = Limits()
        self.trace = Trace(lambda rows, dropped: None, flush_seconds=3600)
        self.faults = Faults(self.trace.mark)
        self.touched = 0
        self.notices = []

    def touch(self):
        self.touched += 1

    def notice(self, text):
        self.notices.append(text)

    def frames(self):
        self.trace.flush()
        return [(row.direction, row.frame) for row in self.trace.rows]

    def marks(self):
        self.trace.flush()
        return [(mark.kind, mark.text) for mark in self.trace.marks]


@contextmanager
def listening(path, behaviour):
    """Call `behaviour(connection, request_head)` for each connection to a unix socket at `path`."""

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with closing(connection):
                head = b""
                while b"\r\n\r\n" not in head and (data := connection.recv(65536)):
                    head += data
                if head:
                    behaviour(connection, head)

    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(path))
        listener.listen(16)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            Path(path).unlink()


@contextmanager
def serving(gateway):
    """Serve an in-process gateway; yields the address."""
    server = make_server("127.0.0.1", 0, gateway, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_address
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def course_app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"the course"]


def build_gateway(sandbox, **options):
    return Gateway(course_app, {RUNNING: sandbox}, **options)


def get(gateway, path, *, base_url=f"http://{HOST}", **options):
    """Ask an in-process gateway; the answer is read whole."""
    return Client(gateway).get(path, base_url=base_url, buffered=True, **options)
