"""A WebSocket for tests that leaves at once, and leaves nothing open behind it."""

from __future__ import annotations

import contextlib
from typing import Any

import websocket


class QuickToClose(websocket.WebSocket):
    """Says good-bye, and does not wait three seconds for the server to say it too."""

    def close(self, *args: Any, **options: Any) -> None:
        # Whom the server has left already can't be told good-bye; the socket is ours to close either way.
        with contextlib.suppress(OSError, websocket.WebSocketException):
            if self.connected:
                self.send_close()
        self.shutdown()

    def __del__(self) -> None:
        # The client's library forgets a WebSocket that the server closed, and leaves its socket to the collector.
        self.shutdown()


LEAVING_AT_ONCE: dict[str, Any] = {
    "handle_sigint": False,
    "reconnection": False,
    "websocket_extra_options": {"class_": QuickToClose},
}
"""Options of a `socketio.Client` that neither waits at its end nor comes back."""
