"""What checks change inside python-engineio's client, each with its reason. Seen in 4.15."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import engineio

DRAIN_SECONDS = 0.5
"""How long a goodbye may take; a server that does not read it in that time goes without."""


class OrderedEngine(engineio.Client):  # type: ignore[misc]
    """The library's client, with events in the order of the wire, a goodbye that arrives, and bare round trips."""

    on_return: Callable[[], None] = staticmethod(lambda: None)
    """Called when the server has answered a round trip, behind everything that it had sent before."""

    def ask_return(self) -> None:
        """Send what ends a change to WebSockets: a server answers it with a NOOP at any time, and does nothing else.

        No client has a request for this. Any other packet would reach the program's handlers, or say who asks.
        """
        self._send_packet(engineio.packet.Packet(engineio.packet.UPGRADE))

    def _receive_packet(self, pkt: engineio.packet.Packet) -> None:
        super()._receive_packet(pkt)
        if pkt.packet_type == engineio.packet.NOOP:
            self.on_return()

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
