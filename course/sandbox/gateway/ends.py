"""Every end that the gateway gives to a connection by itself: its name, its close code, and what the learner is told.

What a client or the learner's server does of its own accord is no such end: it is passed on as it comes.
"""

from __future__ import annotations

from dataclasses import dataclass

REASON_BYTES = 123
"""What a Close frame holds beside its code (RFC 6455, section 5.5)."""


@dataclass(frozen=True)
class End:
    """One of them.

    Raises:
        ValueError: its words don't fit into a Close frame.
    """

    name: str
    """Stable, for clients that read JSON."""
    code: int
    """Of the Close frame (RFC 6455, section 7.4.1)."""
    words: str
    """What happened and what to do, in whole sentences: in the Close frame, in the trace, in the log, on the card."""

    def __post_init__(self) -> None:
        if len(self.words.encode()) > REASON_BYTES:
            raise ValueError(f"{self.name}: {len(self.words.encode())} bytes, and a Close frame holds {REASON_BYTES}.")

    @property
    def mark(self) -> str:
        """Return what the trace and the log say."""
        return f"Closed on the way, with close code {self.code}: {self.words}"


def too_large(limit: int) -> End:
    """Return the end at a message of more than `limit` bytes."""
    return End(
        "too_large",
        1009,
        f"A message is larger than {limit // 1024} KB, the most that passes here. Send it in pieces, or over HTTP.",
    )


def broken_frames(what: str) -> End:
    """Return the end at frames that break the protocol; `what` is the sentence that says how."""
    return End("broken_frames", 1002, what)


OVERWORKED = End(
    "overworked", 1008, "Much more was sent than may pass here, for half a minute. Send less, or less often."
)
IDLE = End("idle", 1001, "Nothing came from either side for two minutes. Connect again to go on.")
UNREAD = End("unread", 1008, "One side took nothing that was sent to it for two minutes. Connect again to go on.")

SLOWED = "More is sent than may pass here: this program's connections are slowed down. Send less, or less often."
"""Not an end yet."""
