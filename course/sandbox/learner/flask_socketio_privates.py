"""What this package uses of Flask-SocketIO that its documentation does not promise. Look here first after an upgrade.

Runs inside the confined child.
"""

from __future__ import annotations

from typing import Any

import flask_socketio

from course.sandbox.learner.tracebacks import local_in

CALLS_A_HANDLER = (flask_socketio.SocketIO, "_handle_event")
"""``_handle_event(handler, message, namespace, sid, *args)``: every handler of a program is called through it, on the
thread or greenlet that it runs on. `message` is the event's name; for a handler of all other events it is ``*``, and
the name comes first in `args`."""


def event_of(error: BaseException) -> str | None:
    """Return the event whose handler raised `error`: the local variable `message` of `CALLS_A_HANDLER`."""
    event = local_in(error, "flask_socketio", CALLS_A_HANDLER[1], "message")
    return event if isinstance(event, str) else None


def leave_out_the_reloader() -> None:
    """Run every program without a reloader and a debugger: they would need what a sandbox does not have.

    Under gevent ``SocketIO.run`` brings both itself: the reloader by an argument, the debugger by a class of Werkzeug
    that it finds under the name `DebuggedApplication` in its own module.
    """
    real_run = flask_socketio.SocketIO.run

    def run(self: Any, app: Any, host: Any = None, port: Any = None, **options: Any) -> None:
        real_run(self, app, host, port, **{**options, "use_reloader": False})

    flask_socketio.SocketIO.run = run
    flask_socketio.DebuggedApplication = lambda application, **_: application
