"""The client's own socket, which WSGI hides: where each server keeps it, and how its request is ended afterwards."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from contextlib import suppress
from wsgiref.types import WSGIEnvironment

from course.sandbox.gateway.address import NotPassed


def client_socket(environ: WSGIEnvironment) -> socket.socket:
    """Return the socket under a request.

    Raises:
        NotPassed: the server shows none.
    """
    connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    if connection is None:
        # gevent's pywsgi: a BufferedReader over a SocketIO over the socket; inside an Input, except on upgrades.
        body = environ["wsgi.input"]
        connection = getattr(getattr(getattr(body, "rfile", body), "raw", None), "_sock", None)
    if connection is None:
        raise NotPassed(501, "no_websocket", "This web server can't pass on WebSocket connections.")
    found: socket.socket = connection
    return found


def send_promptly(environ: WSGIEnvironment) -> None:
    """Switch off Nagle's algorithm: a server that writes head and body apart would wait 40 ms for the client's ACK."""
    with suppress(OSError, NotPassed):
        client_socket(environ).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def stop_reading(environ: WSGIEnvironment) -> None:
    """Make a read of the request's body that takes too long end as if the client had stopped sending."""
    with suppress(OSError, NotPassed):
        client_socket(environ).shutdown(socket.SHUT_RD)


def leave(environ: WSGIEnvironment) -> Iterable[bytes]:
    """End a request whose socket was used up by a tunnel: the server writes nothing more on it, and reads nothing.

    What the client still sends would otherwise be taken for its next request.

    Raises:
        StopIteration: under gunicorn, whose workers take it for "this connection is done".
        ConnectionError: under gevent's pywsgi and Werkzeug, which take it for a client that went away.
    """
    if "gunicorn.socket" in environ:
        raise StopIteration
    raise ConnectionResetError(errno.ECONNRESET, "A tunnel has ended.")
