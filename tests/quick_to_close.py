"""A WebSocket for tests that leaves at once."""

from __future__ import annotations

from typing import Any

import websocket


class QuickToClose(websocket.WebSocket):
    """Says good-bye, and does not wait three seconds for the server to say it too."""

    def close(self, *args: Any, **options: Any) -> None:
        if self.connected:
            self.send_close()
        self.shutdown()


LEAVING_AT_ONCE: dict[str, Any] = {
    "handle_sigint": False,
    "reconnection": False,
    "websocket_extra_options": {"class_": QuickToClose},
}
"""Options of a `socketio.Client` that neither waits at its end nor comes back."""
