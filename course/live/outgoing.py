"""What waits to be sent on one connection: bounded, since not every page reads what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gevent.queue import JoinableQueue

PACKETS_AT_MOST = 2000
BYTES_AT_MOST = 4 * 1024 * 1024
"""A run's whole output and trace, four times over."""


class OutgoingQueue(JoinableQueue[Any]):
    """The packets for one connection. One too many is dropped, and `overflow` is called once."""

    def __init__(self) -> None:
        super().__init__()
        self.overflow: Callable[[], object] = lambda: None
        self._bytes = 0
        self._overflown = False

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Add a packet; None, which ends the queue, always fits."""
        size = _size(item)
        if item is not None and (self.qsize() >= PACKETS_AT_MOST or self._bytes + size > BYTES_AT_MOST):
            if not self._overflown:
                self._overflown = True
                self.overflow()
            return
        self._bytes += size
        super().put(item, block, timeout)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Return the next packet."""
        item = super().get(block, timeout)
        self._bytes -= _size(item)
        return item


def _size(packet: Any) -> int:
    data = getattr(packet, "data", None)
    return len(data) if isinstance(data, str | bytes) else 0
