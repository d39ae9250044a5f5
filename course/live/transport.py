"""The course's own WebSocket connections, made small."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def without_compression(app: WsgiApp) -> WsgiApp:
    """Wrap a WSGI application so that no WebSocket negotiates permessage-deflate (RFC 7692).

    simple-websocket accepts the extension whenever it is offered, and browsers always offer it; its two windows cost
    each idle connection about 100 KB.
    """

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return app(environ, start_response)

    return wrapped
