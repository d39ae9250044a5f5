"""A WebSocket for tests that closes at once, and leaves nothing open."""

from __future__ import annotations

import contextlib
from typing import Any

import websocket


class QuickToClose(websocket.WebSocket):
    """Sends the Close frame, and does not wait three seconds for the server's."""

    def close(self, *args: Any, **options: Any) -> None:
        # A server that has already left can't be sent a Close frame; the socket is ours to close either way.
        with contextlib.suppress(OSError, websocket.WebSocketException):
            if self.connected:
                self.send_close()
        self.shutdown()

    def __del__(self) -> None:
        # The client library forgets a WebSocket that the server closed, and leaves its socket to the garbage collector.
        self.shutdown()


LEAVING_AT_ONCE: dict[str, Any] = {
    "handle_sigint": False,
    "reconnection": False,
    "websocket_extra_options": {"class_": QuickToClose},
}
"""Options for a `socketio.Client` that neither waits at its end nor reconnects."""
