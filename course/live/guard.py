"""Below the namespaces: packets that the library would handle wrongly, or raise on, are answered here instead.

Seen with python-socketio 5.18: ``42[]``, ``42{}`` and an event name that is not a string raise inside the library, and
events *named* ``connect`` or ``disconnect`` run those handlers while the client stays connected.
"""

from __future__ import annotations

from typing import Any

from flask_socketio import SocketIO
from socketio import packet

from course.live.events import REFUSED
from course.live.socketio_privates import awaits_attachments, forget_attachments, message_handler, send_packet

RESERVED = frozenset({"connect", "disconnect", "connect_error", "*"})


def guard(socketio: SocketIO) -> None:
    """Put the guard between Engine.IO and Socket.IO of `socketio`, which must exist already."""
    server = socketio.server
    handle = message_handler(server)

    def guarded(eio_sid: str, data: str | bytes) -> None:
        refusal = None if awaits_attachments(server, eio_sid) else _refusal(server, data)
        if refusal is not None:
            _answer(server, eio_sid, *refusal)
            return
        try:
            handle(eio_sid, data)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            # What remains is malformed in a way that only the library sees: a wrong count of attachments, for example.
            forget_attachments(server, eio_sid)
            _answer(server, eio_sid, None, None, "This packet is not one that Socket.IO knows.")

    server.eio.on("message", guarded)


def _refusal(server: Any, data: str | bytes) -> tuple[str | None, int | None, str] | None:
    """Return namespace, acknowledgement id and reason of a packet that must not pass; None for a good one."""
    try:
        decoded = server.packet_class(encoded_packet=data)
    except (ValueError, TypeError, RecursionError):
        return None, None, "This packet is not one that Socket.IO knows."
    if decoded.packet_type not in (packet.EVENT, packet.BINARY_EVENT):
        return None
    content = decoded.data
    if not isinstance(content, list) or not content or not isinstance(content[0], str):
        return decoded.namespace, decoded.id, "An event is a list that begins with its name."
    if content[0] in RESERVED:
        return decoded.namespace, decoded.id, f"“{content[0]}” is not an event that a page can send."
    return None


def _answer(server: Any, eio_sid: str, namespace: str | None, ack: int | None, message: str) -> None:
    answer = {"ok": False, "error": {"code": "malformed_packet", "message": message}}
    if server.manager.sid_from_eio_sid(eio_sid, namespace or "/") is None:
        return  # never connected to that namespace: there is nobody to answer
    if ack is not None:
        send_packet(server, eio_sid, packet.ACK, namespace=namespace, id=ack, data=[answer])
    else:
        send_packet(server, eio_sid, packet.EVENT, namespace=namespace, data=[REFUSED, answer])
