"""One real session in the fork server, before any program runs: what is made on first use is made once for all.

Regular expressions, protocol tables, and the forms in which Python keeps code that has run before: 0.4 MB that each
child would make for itself, and the time for it. Under threads only: under gevent it would leave an event loop behind.
"""

from __future__ import annotations

import socket
import tempfile
import threading
from pathlib import Path
from typing import Any

import flask
import flask_socketio

from course.sandbox.learner.threaded_server import LearnerServer

HANDSHAKE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: sandbox\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
PING_SECONDS = 0.05
"""The thread that sends pings notices the end of its session when it next wakes."""
PATIENCE_SECONDS = 5.0


class RehearsalFailed(RuntimeError):
    """The session did not go as every session does, or has left a thread behind: nothing may be forked from here."""


def rehearse() -> None:
    """Serve one client over a unix socket: handshake, connect, an acknowledged event, and its end.

    Raises:
        RehearsalFailed: the session failed or has left a thread behind.
    """
    with tempfile.TemporaryDirectory(prefix="duplex-rehearsal-") as folder:
        address = str(Path(folder, "s"))
        with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
            listener.bind(address)
            listener.listen(1)
            client.settimeout(PATIENCE_SECONDS)
            client.connect(address)
            server = LearnerServer(listener)
            server.app = _program()
            client.sendall(HANDSHAKE)
            server.handle_request()  # on a thread of its own, as it always is
            try:
                _talk(client)
            except OSError as error:
                raise RehearsalFailed(str(error)) from error
            server.socket.close()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(PATIENCE_SECONDS)
    if threading.active_count() != 1:
        raise RehearsalFailed(f"threads are left: {threading.enumerate()}")


def _program() -> flask.Flask:
    app = flask.Flask("rehearsal", root_path="/", static_folder=None)
    pings = {"ping_interval": PING_SECONDS, "ping_timeout": PATIENCE_SECONDS}
    socketio: Any = flask_socketio.SocketIO(app, async_mode="threading", monitor_clients=False, **pings)
    socketio.on_event("add", lambda a, b: a + b)
    return app


def _talk(client: socket.socket) -> None:
    _read_until(client, b"maxPayload")
    client.sendall(_frame(b"40"))
    _read_until(client, b"40{")
    client.sendall(_frame(b'420["add",1,2]'))
    _read_until(client, b"430[3]")


def _read_until(client: socket.socket, sign: bytes) -> None:
    seen = b""
    while sign not in seen:
        piece = client.recv(4096)
        if not piece:
            raise RehearsalFailed(f"the session ended before {sign!r}")
        seen += piece


def _frame(text: bytes) -> bytes:
    """Return a short text frame as a client sends it, masked with zeros: RFC 6455, section 5.2."""
    return bytes([0x81, 0x80 | len(text)]) + bytes(4) + text
