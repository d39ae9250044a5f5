"""A bare Socket.IO client over one WebSocket: literal frames only, so that its own cost stays small and equal."""

from __future__ import annotations

import json
import socket
from typing import Any

import websocket


class Wire:
    """Connected to the namespace `/` of a server, through an address or straight to its unix socket.

    Args:
        url: of the server.
        unix_socket: on which it is reached, if it is not by the address.
        timeout: seconds that an answer may take.
        address: where the client is, as a proxy would tell it.
    """

    def __init__(self, url: str, *, unix_socket: str | None = None, timeout: float = 10, address: str = "") -> None:
        raw = None
        if unix_socket is not None:
            raw = socket.socket(socket.AF_UNIX)
            raw.settimeout(timeout)
            raw.connect(unix_socket)
        told = [f"X-Forwarded-For: {address}"] if address else []
        self._ws = websocket.create_connection(url, timeout=timeout, socket=raw, suppress_origin=True, header=told)
        self._receive("0")
        self._ws.send("40")
        self._receive("40")

    def ask(self, event: str, *args: Any) -> Any:
        """Emit with acknowledgement id 0 and return what came back."""
        self._ws.send("420" + json.dumps([event, *args]))
        return json.loads(self._receive("430")[3:])

    def close(self) -> None:
        """Close the connection."""
        self._ws.close()

    def _receive(self, prefix: str) -> str:
        while True:
            frame = self._ws.recv()
            if frame == "2":
                self._ws.send("3")
            elif isinstance(frame, str) and frame.startswith(prefix):
                return frame
