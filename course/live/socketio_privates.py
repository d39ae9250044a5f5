"""What the site needs from python-socketio's server that has no public name, each with its reason. Seen in 5.18."""

from __future__ import annotations

from typing import Any

import socketio


def send_packet(server: socketio.Server, eio_sid: str, kind: int, **fields: Any) -> None:
    """Send one packet on a connection: the public `emit` reaches a namespace's client only, and can't acknowledge."""
    server._send_packet(eio_sid, server.packet_class(kind, **fields))
