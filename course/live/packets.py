"""What a page may send, as a grammar: Engine.IO frames, and the Socket.IO packets in them. Pure.

It is narrower than the protocols. Pages send no binary data, so nothing is ever announced and waited for; and what is
read here is bounded before the libraries see it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

MESSAGE_BYTES = 512 * 1024
"""The largest message from a page: 64 KB of source, with room for JSON's escapes."""
FRAMES_IN_A_BODY = 16
"""How many Engine.IO frames one request may carry: as many as the library reads."""
NAMESPACE_CHARACTERS = 100
NAME_CHARACTERS = 100
CONNECT_CHARACTERS = 1000
"""Of what a page sends along when it connects to a namespace; ours send nothing."""
DEPTH = 8
VALUES = 2000
"""How many values an event may carry, at all depths; a program of twenty files has about fifty."""

CONNECT, DISCONNECT, EVENT = 0, 1, 2
RESERVED = frozenset({"connect", "disconnect", "connect_error", "*"})

_FRAME = re.compile(r"1|3.{0,16}|4[0-2].*", re.ASCII | re.DOTALL)
_UPGRADE = ("2probe", "5")
"""What a page sends on a WebSocket that takes over from long-polling, and nowhere else."""
_PACKET = re.compile(
    rf"([0-2])(?:(/[^,?]{{0,{NAMESPACE_CHARACTERS}}})(?:,|$))?([0-9]{{1,10}})?(.*)", re.ASCII | re.DOTALL
)
SEPARATOR = "\x1e"


class Malformed(Exception):
    """No page of ours sends this: the connection ends. The message says what is wrong."""


@dataclass(frozen=True)
class Packet:
    """A Socket.IO packet from a page."""

    kind: int
    """`CONNECT`, `DISCONNECT` or `EVENT`."""
    namespace: str
    ack: int | None = None
    """The number under which an acknowledgement is asked for."""
    refusal: str = ""
    """Why an event must go no further, as a sentence for the answer; "" for a good packet."""


def check_frame(frame: str | bytes, *, on_websocket: bool = True) -> str:
    """Return an Engine.IO frame that a page may send.

    Raises:
        Malformed: it is none.
    """
    if isinstance(frame, bytes | bytearray):
        raise Malformed("Pages send no binary data.")
    if not _FRAME.fullmatch(frame) and not (on_websocket and frame in _UPGRADE):
        raise Malformed("This is no Engine.IO frame that a page sends.")
    return frame


def frames_of(body: bytes) -> list[str]:
    """Return the Engine.IO frames of a request's body.

    Raises:
        Malformed: one of them is none, or there are too many.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    if text.count(SEPARATOR) >= FRAMES_IN_A_BODY:
        raise Malformed("There are too many frames in one request.")
    return [check_frame(frame, on_websocket=False) for frame in text.split(SEPARATOR)]


def read_packet(text: str) -> Packet:
    """Return a Socket.IO packet that a page may send.

    python-socketio 5.18 raises on ``2[]``, ``2{}`` and on an event whose name is no string, and runs the handlers of
    ``connect`` and ``disconnect`` for events of that name: such events are read, and carry a refusal.

    Raises:
        Malformed: it is none.
    """
    found = _PACKET.fullmatch(text)
    if found is None:
        raise Malformed("This is no Socket.IO packet that a page sends.")
    kind, namespace, ack, rest = int(found[1]), found[2] or "/", found[3], found[4]
    if kind == DISCONNECT and (ack or rest):
        raise Malformed("A page that leaves a namespace says nothing more.")
    if kind != EVENT:
        if ack or len(rest) > CONNECT_CHARACTERS or (rest and not isinstance(_value(rest), dict)):
            raise Malformed("A page that connects sends an object, or nothing.")
        return Packet(kind, namespace)
    return Packet(EVENT, namespace, int(ack) if ack else None, _refusal(_value(rest)))


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("What a packet carries must be JSON.") from None
    if not _is_bounded(value):
        raise Malformed("This packet carries too many values, or too deep ones.")
    return value


def _is_bounded(value: Any) -> bool:
    """Return whether there are few enough values, and none lies too deep."""
    layer, values = [value], 0
    for _ in range(DEPTH):
        values += len(layer)
        inner: list[Any] = []
        for each in layer:
            if isinstance(each, list):
                inner += each
            elif isinstance(each, dict):
                inner += each.values()
            if values + len(inner) > VALUES:
                return False
        layer = inner
    return not layer


def _refusal(content: Any) -> str:
    if not isinstance(content, list) or not content or not isinstance(content[0], str):
        return "An event is a list that begins with its name."
    if len(content[0]) > NAME_CHARACTERS:
        return f"The name of an event has {NAME_CHARACTERS} characters at most."
    if content[0] in RESERVED:
        return f"“{content[0]}” is not an event that a page can send."
    return ""
