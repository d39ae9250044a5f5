"""In front of the libraries: requests to the course's own Socket.IO that no page makes are answered here.

What the library would do with them: raise, log a traceback, read a body without end, or serve one connection twice.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from threading import Timer
from typing import Any
from urllib.parse import parse_qs

from course.live.engineio_privates import has_upgraded
from course.live.guard import Connection, Guard
from course.live.packets import MESSAGE_BYTES, Malformed, frames_of
from course.live.websocket import BYTES_A_POINT
from course.sandbox.gateway.address import NotPassed
from course.sandbox.gateway.client_socket import send_promptly, stop_reading
from course.sandbox.gateway.handshake import checked_key, is_upgrade

PATH = "/socket.io"
BODY_SECONDS = 10.0
"""Within this time the body of a request must be there."""
POLLS_AT_ONCE = 2
"""Of one connection: a page polls again before we know that it has lost its last request."""
FIELDS_AT_MOST = 20

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Refused(Exception):
    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


class Door:
    """WSGI around the course: requests below ``/socket.io`` are checked, all others pass.

    Every answer leaves promptly: with Nagle's algorithm on, a message after another small one waits 40 ms for the
    browser's delayed ACK (measured: 44 ms from Run to its acknowledgement, 2 ms without; a page's body after its head,
    the same).
    """

    def __init__(self, app: WsgiApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        send_promptly(environ)
        if not environ.get("PATH_INFO", "").startswith(PATH):
            return self._app(environ, start_response)
        try:
            return self._serve(environ, start_response)
        except _Refused as refused:
            body = json.dumps({"message": str(refused)}).encode()
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
            start_response(refused.status, headers)
            return [body]

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        query = _query(environ)
        sid = query.get("sid", "")
        connection = self._guard.connections.get(sid)
        if environ["REQUEST_METHOD"] == "POST":
            self._read_body(environ, sid, connection)
        elif is_upgrade(environ) or query.get("transport") == "websocket":
            self._check_upgrade(environ, query, sid)
        elif connection is not None:
            return self._poll(environ, start_response, connection)
        return self._app(environ, start_response)

    def _check_upgrade(self, environ: dict[str, Any], query: dict[str, str], sid: str) -> None:
        try:
            checked_key(environ)
        except NotPassed as refusal:
            raise _Refused("400 Bad Request", refusal.message) from refusal
        if query.get("transport") != "websocket" or not is_upgrade(environ):
            raise _Refused("400 Bad Request", "A WebSocket is asked for, and another transport named.")
        if has_upgraded(self._guard.engine, sid):
            raise _Refused("400 Bad Request", "This connection has a WebSocket already.")

    def _poll(
        self, environ: dict[str, Any], start_response: Callable[..., Any], connection: Connection
    ) -> Iterable[bytes]:
        if connection.polls >= POLLS_AT_ONCE:
            raise _Refused("400 Bad Request", "This connection is being polled already.")
        connection.polls += 1
        connection.pace.spend(1)
        try:
            return self._app(environ, start_response)
        finally:
            connection.polls -= 1

    def _read_body(self, environ: dict[str, Any], sid: str, connection: Connection | None) -> None:
        """Read and check the body, and put it in the place of what has not been read yet."""
        if connection is None:
            raise _Refused("400 Bad Request", "There is no such connection (any more).")
        body = _body(environ)
        try:
            frames = frames_of(body)
        except Malformed as malformed:
            self._guard.end(sid, str(malformed))
            raise _Refused("400 Bad Request", str(malformed)) from malformed
        connection.pace.spend(len(frames) + len(body) / BYTES_A_POINT)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))


def _query(environ: dict[str, Any]) -> dict[str, str]:
    try:
        fields = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=FIELDS_AT_MOST)
    except ValueError:
        raise _Refused("400 Bad Request", "There are too many fields in this address.") from None
    if "j" in fields:
        raise _Refused("400 Bad Request", "JSONP is not spoken here.")
    return {name: values[0] for name, values in fields.items()}


def _body(environ: dict[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdecimal() and len(length) < 10):
        raise _Refused("411 Length Required", "The length of the body must be told.")
    if int(length) > MESSAGE_BYTES:
        raise _Refused("413 Content Too Large", f"A body has {MESSAGE_BYTES:,} bytes at most.")
    limit = Timer(BODY_SECONDS, stop_reading, (environ,))
    limit.daemon = True
    limit.start()
    try:
        body: bytes = environ["wsgi.input"].read(int(length))
    except OSError:
        body = b""
    finally:
        limit.cancel()
    if len(body) < int(length) or not body:
        raise _Refused("408 Request Timeout", "The body did not come whole, or is empty.")
    return body
