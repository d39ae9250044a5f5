"""What this package uses of python-engineio that its documentation does not promise. Look here first after an upgrade.

Runs inside the confined child.
"""

from __future__ import annotations

from typing import Any

from engineio.base_server import BaseServer

from course.sandbox.learner.tracebacks import local_in

MESSAGE_LIMIT = "max_http_buffer_size"
"""The attribute of a server that its handshake announces as ``maxPayload``."""


class _AtMost:
    """An attribute that is never larger than `most`, whatever is put into it."""

    def __init__(self, name: str, most: int) -> None:
        self._name, self._most = name, most

    def __get__(self, server: Any, owner: type) -> Any:
        return self if server is None else server.__dict__[self._name]

    def __set__(self, server: Any, value: Any) -> None:
        is_more = isinstance(value, (int, float)) and value > self._most
        server.__dict__[self._name] = self._most if is_more else value


def limit_messages(most: int) -> None:
    """Have every server announce, and take, what passes the gateway: messages of `most` bytes, or fewer if it says so.

    Without a call of ours in the traceback of a server that can't be made.
    """
    setattr(BaseServer, MESSAGE_LIMIT, _AtMost(MESSAGE_LIMIT, most))


def asked_async_mode(error: BaseException) -> str:
    """Return the async mode that a server was to be made with: the local variable of that name in its `__init__`.

    The library's own message says only that it is invalid, and not which one it is.
    """
    return str(local_in(error, "engineio", "__init__", "async_mode"))
