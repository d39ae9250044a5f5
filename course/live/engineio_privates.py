"""What the site needs from python-engineio's server that has no public name, each with its reason. Seen in 4.15."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import engineio


def use_websocket(server: engineio.Server, make: Callable[[Callable[[Any], object], str], Any]) -> None:
    """Let `make` build the WebSocket of a connection, from what serves it and its id.

    The library's own reads whatever comes, at once and without a bound, and can't be told otherwise.
    """

    def websocket(handler: Any, _server: engineio.Server) -> Any:
        return make(handler, handler.__self__.sid)

    server._async = {**server._async, "websocket": websocket}


def use_queue(server: engineio.Server, make: Callable[[], Any]) -> None:
    """Let `make` build the queue of what is to be sent on each connection: the library's own has no bound."""
    server.create_queue = make


def close_at_once(server: engineio.Server, sid: str) -> None:
    """End a connection without waiting until all of it was read, which `disconnect` would; unknown ids are ignored."""
    found = server.sockets.get(sid)
    if found is not None:
        found.close(wait=False, abort=True, reason=server.reason.SERVER_DISCONNECT)
        server.sockets.pop(sid, None)


def has_upgraded(server: engineio.Server, sid: str) -> bool:
    """Return whether a connection has a WebSocket already, or is about to."""
    found = server.sockets.get(sid)
    return found is not None and (found.upgrading or found.upgraded)
