"""What the site needs from python-socketio's server that has no public name, each with its reason. Seen in 5.18."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import socketio


def message_handler(server: socketio.Server) -> Callable[[str, str | bytes], None]:
    """Return the server's own handler of Engine.IO messages: ours comes first and passes good ones on."""
    handler: Callable[[str, str | bytes], None] = server._handle_eio_message
    return handler


def awaits_attachments(server: socketio.Server, eio_sid: str) -> bool:
    """Return whether a binary packet of this connection is incomplete: what comes next is then not a packet."""
    return eio_sid in server._binary_packet


def forget_attachments(server: socketio.Server, eio_sid: str) -> None:
    """Drop an incomplete packet: after an error inside the library it would swallow every message that follows."""
    server._binary_packet.pop(eio_sid, None)


def send_packet(server: socketio.Server, eio_sid: str, kind: int, **fields: Any) -> None:
    """Send one packet on a connection: the public `emit` reaches a namespace's client only, and can't acknowledge."""
    server._send_packet(eio_sid, server.packet_class(kind, **fields))
