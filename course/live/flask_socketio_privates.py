"""What the site needs from Flask-SocketIO that has no public name, with its reason. Seen in 5.7."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_socketio import Namespace


def in_request_context(namespace: Namespace, sid: str, event: str, respond: Callable[..., Any], *values: Any) -> Any:
    """Return ``respond(*values)``, called as a handler of the event is: with `request` and `session` of its client.

    `Namespace.trigger_event` does the same for a method that has the event's name, and for nothing else.
    """
    return namespace.socketio._handle_event(respond, event, namespace.namespace, sid, *values)
