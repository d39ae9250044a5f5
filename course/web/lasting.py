"""WSGI middleware that counts what lasts, so that pages are always served: over the ceiling it says so, at once."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wsgi import ClosingIterator

from course.sandbox.gateway.address import MOUNT
from course.web.connections import Connections

SOCKETIO = "/socket.io/"
FULL = "More connections are open than this site can hold. It tries to make room: try again in a few seconds."
RETRY_SECONDS = 5


class Lasting:
    """Stands around the gateway and the course's own Socket.IO, inside of what applies the headers of proxies."""

    def __init__(self, app: WSGIApplication, connections: Connections) -> None:
        self._app = app
        self._connections = connections

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        weight = _weight(environ)
        if not weight:
            return self._app(environ, start_response)
        place = self._connections.last(environ.get("REMOTE_ADDR", ""), weight)
        if place is None:
            return say_full(environ, start_response)
        try:
            body = self._app(environ, start_response)
        except BaseException:
            place.leave()
            raise
        return ClosingIterator(body, place.leave)


def _weight(environ: WSGIEnvironment) -> int:
    """Return how many sockets a request needs while it lasts; 0 for what is answered at once."""
    path = environ.get("PATH_INFO", "")
    if path.startswith(MOUNT):
        return 2  # the client's, and the one to the learner's server
    return 1 if path.startswith(SOCKETIO) else 0


def say_full(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer that there is no room now, and when to try again."""
    body = f"{FULL}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Retry-After", str(RETRY_SECONDS)),
        ("Cache-Control", "no-store"),
    ]
    start_response("503 Service Unavailable", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
