"""What a learner's program needs under gevent: a server on the sandbox's socket, its errors reported, patching settled.

Runs inside the confined child. The event loop is made there, when the program first needs it.
"""

from __future__ import annotations

import socket
import types
from collections.abc import Callable
from typing import Any

import gevent.socket
from gevent import hub, lock, monkey, pywsgi

from course.sandbox.client_tag import take_tag
from course.sandbox.learner.explanations import TOO_LATE_TO_PATCH
from course.sandbox.learner.flask_socketio_privates import leave_out_the_reloader
from course.sandbox.learner.program import Report

_CERTIFICATES = (
    "keyfile certfile server_side cert_reqs ssl_version ca_certs do_handshake_on_connect suppress_ragged_eofs ciphers "
    "ssl_context server_hostname session"
).split()
"""Options of TLS, which a sandbox does not have: the site speaks it."""
_OPTIONS = "backlog spawn log error_log handler_class environ handle".split()
_PORTS = range(65536)


class _WholeSocket(gevent.socket.socket):
    """A connection whose `send` takes everything, as on a socket that blocks.

    simple-websocket 1.1.0 calls `send` once and ignores its result: under gevent a slow reader would lose the rest of
    a large frame, and frames of two greenlets would mix.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._one_at_a_time = lock.RLock()

    def send(self, data: Any, *args: Any, **named: Any) -> int:
        """Send all of `data`, and return its length."""
        rest = memoryview(data)
        with self._one_at_a_time:
            while rest:
                rest = rest[super().send(rest, *args, **named) :]
        return len(data)


class _Handler(pywsgi.WSGIHandler):
    """Keeps the client's tag out of the headers that the program sees."""

    def get_environ(self) -> dict[str, Any]:
        return take_tag(super().get_environ())


class GeventServer:
    """Stands in for gevent's pywsgi server, which real ``socketio.run(app)`` starts in this mode.

    Args:
        listener: a listening unix socket.
    """

    def __init__(self, listener: socket.socket) -> None:
        listener.setblocking(False)  # the loop accepts connections until none is left
        self._listener = listener

    def install(self, starts: Callable[[str, int], None], report: Report) -> None:
        """Replace gevent's server, report what escapes the program's greenlets, and settle patching."""
        pywsgi.WSGIServer = _server_class(self._listener, starts)  # type: ignore[misc]
        leave_out_the_reloader()
        _settle_patching()

        def print_exception(_: hub.Hub, context: Any, kind: Any, error: Any, trace: Any) -> None:
            # A broken connection is not an error of the program; pywsgi gives its environ as the context.
            if not (isinstance(context, dict) and isinstance(error, (ConnectionError, TimeoutError))):
                report(error)

        hub.Hub.print_exception = print_exception  # type: ignore[method-assign, assignment]

    def serve(self, host: str, port: int, application: Any) -> None:
        """Serve the application of ``app.run()`` forever; the program sees the address that it asked for."""
        pywsgi.WSGIServer((host, port), application, log=None).serve_forever()


def _server_class(listener: socket.socket, starts: Callable[[str, int], None]) -> type[pywsgi.WSGIServer]:
    class WSGIServer(pywsgi.WSGIServer):
        """Listens on the sandbox's socket, whatever address is given; checks its options as gevent's own class does."""

        handler_class = _Handler

        def __init__(self, address: Any, application: Any = None, *args: Any, **options: Any) -> None:
            host, port = address if isinstance(address, tuple) else ("", address)
            if not isinstance(port, int):
                raise TypeError("port must be an integer")
            if port not in _PORTS:
                raise OverflowError("port must be 0-65535.")
            options = {name: value for name, value in options.items() if name not in _CERTIFICATES}
            for name in options.keys() - set(_OPTIONS):  # gevent takes it for one of TLS and fails at each connection
                raise TypeError(f"wrap_socket() got an unexpected keyword argument {name!r}")
            environ = options.pop("environ", None) or {}
            # With a name given here none is looked up: there is no resolver.
            environ = {"SERVER_NAME": host or "localhost", "SERVER_PORT": str(port), **environ}
            super().__init__(listener, application, *args, **{**options, "backlog": None, "environ": environ})
            self.address = self._asked = (str(host), port)

        def do_read(self) -> Any:
            accepted: Any = super().do_read()
            if accepted is None:
                return None
            connection = accepted[0]
            whole = _WholeSocket(connection.family, connection.type, connection.proto, fileno=connection.detach())
            return whole, ("127.0.0.1", 0)  # the address that the peer would have on the learner's machine

        def start(self) -> None:
            super().start()
            starts(*self._asked)

    return WSGIServer


def _settle_patching() -> None:
    """Let a second patching do nothing, and explain a first one that comes too late."""
    done = monkey.is_module_patched("threading")

    def patch(*_: Any, **__: Any) -> bool:
        if not done:
            raise RuntimeError(TOO_LATE_TO_PATCH)
        return True

    for name, member in list(vars(monkey).items()):
        if name.startswith("patch_") and isinstance(member, types.FunctionType):
            setattr(monkey, name, patch)
