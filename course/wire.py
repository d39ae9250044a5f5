"""What travels between a server and its clients, as traces and recordings keep it. Standard library only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["sent", "received"]
"""From the client's point of view: ``sent`` goes to the server."""
Transport = Literal["polling", "websocket"]

FENCE = "/duplex-fence-"
"""Prefix of namespaces that no server has. Asking for one is a round trip that calls none of the program's handlers:
everything that the server had sent before arrives before the refusal."""
_FENCE_PACKET = re.compile(rf"4[0-4]{re.escape(FENCE)}")


@dataclass(frozen=True)
class TraceRow:
    """One frame as it passed the gateway, or as a checking client saw it."""

    time: float
    """Seconds since the sandbox became ready, or since the recording began."""
    client: str
    direction: Direction
    frame: str
    """The literal Engine.IO packet; a binary frame is ``b`` + base64, as long-polling writes it."""
    transport: Transport
    size: int
    """Bytes of the payload on the wire, before base64."""

    def as_json(self) -> dict[str, Any]:
        """Return the row as pages, checks and recordings store it."""
        return {
            "time": round(self.time, 4),
            "client": self.client,
            "direction": self.direction,
            "frame": self.frame,
            "transport": self.transport,
            "size": self.size,
        }


def is_fence(packet: str) -> bool:
    """Return whether an Engine.IO packet belongs to a fence, which is not part of the conversation that is shown."""
    return _FENCE_PACKET.match(packet) is not None


def payload_bytes(packet: str, transport: Transport) -> int:
    """Return the bytes of a text packet; of a polled binary one, those that its base64 encodes.

    See "Packet encoding" of the Engine.IO protocol: over long-polling a binary packet is ``b`` + base64.
    """
    if transport == "polling" and packet.startswith("b"):
        return (len(packet) - 1) // 4 * 3 - packet[-2:].count("=")
    return len(packet.encode("utf-8", "surrogatepass"))
