"""What the site needs of python-socketio's server that has no public name, each with its reason. Seen in 5.18."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import socketio


def message_handler(server: socketio.Server) -> Callable[[str, str | bytes], None]:
    """Return what the server has registered for Engine.IO messages: ours stands before it and passes good ones on."""
    handler: Callable[[str, str | bytes], None] = server._handle_eio_message
    return handler


def awaits_attachments(server: socketio.Server, eio_sid: str) -> bool:
    """Return whether a binary packet of this connection is incomplete: what comes next is then not a packet."""
    return eio_sid in server._binary_packet


def forget_attachments(server: socketio.Server, eio_sid: str) -> None:
    """Drop an incomplete packet: after an error inside the library it would take in every message that follows."""
    server._binary_packet.pop(eio_sid, None)


def send_packet(server: socketio.Server, eio_sid: str, kind: int, **fields: Any) -> None:
    """Send one packet on a connection: a public `emit` reaches a namespace's client, and can't acknowledge."""
    server._send_packet(eio_sid, server.packet_class(kind, **fields))
