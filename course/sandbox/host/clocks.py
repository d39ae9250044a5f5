"""The moments of a sandbox's life that its limits are measured from."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Clocks:
    """All of them in seconds of `time.monotonic`."""

    started_at: float | None = None
    """When its process was asked for; None while it waits in the queue."""
    ready_at: float | None = None
    """When its program listened; None until then."""
    used_at: float = 0.0
    """When the last event or HTTP request came."""
    idle_warned: bool = False
    """Whether the learner has been told that it ends soon, and it was not used since."""

    def start(self) -> None:
        """Note that the process is being started."""
        self.started_at = time.monotonic()

    def ready(self) -> None:
        """Note that the program listens: the idle clock starts."""
        self.ready_at = self.used_at = time.monotonic()

    def use(self) -> None:
        """Start the idle clock again."""
        self.used_at = time.monotonic()
