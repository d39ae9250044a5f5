"""What checks change inside python-engineio's client, each with its reason. Seen in 4.15."""

from __future__ import annotations

import time
from typing import Any

import engineio

DRAIN_SECONDS = 0.5
"""How long a goodbye may take; a server that does not read it in that time goes without."""


class OrderedEngine(engineio.Client):  # type: ignore[misc]
    """The library's client, with events in the order of the wire and a goodbye that arrives."""

    def _trigger_event(self, event: str, *args: Any, **options: Any) -> Any:
        """Let the reading thread handle messages itself.

        The library handles each on a thread of its own, so an acknowledgement may overtake the event sent before it.
        """
        return super()._trigger_event(event, *args, **{**options, "run_async": False})

    def _send_packet(self, pkt: engineio.packet.Packet) -> None:
        """Wait after a goodbye: otherwise the disconnect that follows may overtake it."""
        super()._send_packet(pkt)
        if pkt.packet_type == engineio.packet.CLOSE:
            self.drain()

    def drain(self) -> None:
        """Wait, for a moment at most, until the writing thread has sent everything, or has ended."""
        deadline = time.monotonic() + DRAIN_SECONDS
        with self.queue.all_tasks_done:
            while self.queue.unfinished_tasks and self.write_loop_task and time.monotonic() < deadline:
                self.queue.all_tasks_done.wait(0.01)
