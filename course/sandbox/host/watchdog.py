"""Limits measured from outside, out of the program's reach: memory, processor, wall clock, idleness."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from course.sandbox.host.sandbox import Sandbox

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.2
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Watchdog:
    """Looks at every running sandbox a few times a second, on a thread of its own.

    Args:
        running: returns the sandboxes to look at.
    """

    def __init__(self, running: Callable[[], Iterable[Sandbox]]) -> None:
        self._running = running
        self._busy: dict[str, tuple[float, float, float]] = {}
        """Sandbox id → when it was looked at, its processor seconds then, and since when it has been busy."""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox limits", daemon=True)

    def start(self) -> None:
        """Start looking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the thread."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(EVERY_SECONDS):
            sandboxes = list(self._running())
            for sandbox in sandboxes:
                try:
                    self.look(sandbox, time.monotonic())
                except Exception:  # a failure at one sandbox must not leave the others without limits
                    log.exception("could not look at %s", sandbox.id)
            alive = {sandbox.id for sandbox in sandboxes}
            self._busy = {name: seen for name, seen in self._busy.items() if name in alive}

    def look(self, sandbox: Sandbox, now: float) -> None:
        """End `sandbox` if it has exceeded one of its limits."""
        limits, clocks = sandbox.limits, sandbox.clocks
        if clocks.started_at is None:
            return
        if clocks.ready_at is None:
            if now - clocks.started_at > limits.start_seconds:
                sandbox.end(
                    "limited",
                    f"Stopped: after {limits.start_seconds:g} s your program had not reached socketio.run(app). "
                    "Look for a loop or a sleep before it.",
                    "start",
                )
                return
        else:
            self._look_at_clocks(sandbox, now)
        if not sandbox.ended and sandbox.pid is not None:
            self._look_at_memory(sandbox)
            self._look_at_processor(sandbox, now)

    def _look_at_clocks(self, sandbox: Sandbox, now: float) -> None:
        limits, clocks = sandbox.limits, sandbox.clocks
        idle_seconds = now - clocks.used_at
        if clocks.ready_at is not None and now - clocks.ready_at > limits.wall_seconds:
            minutes = limits.wall_seconds / 60
            sandbox.end("limited", f"Stopped after {minutes:g} minutes. Press Run to go on.", "wall")
        elif idle_seconds > limits.idle_seconds:
            sandbox.end("limited", "Stopped: no event and no request came for a while. Press Run to go on.", "idle")
        elif idle_seconds > limits.idle_seconds - limits.idle_warning_seconds and not clocks.idle_warned:
            sandbox.warn_idle()

    def _look_at_memory(self, sandbox: Sandbox) -> None:
        try:
            pages = int(Path(f"/proc/{sandbox.pid}/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            return
        if pages * PAGE_BYTES > sandbox.limits.resident_bytes:
            mb = sandbox.limits.resident_bytes // (1024 * 1024)
            sandbox.end("limited", f"Stopped: {mb} MB memory limit. Keep less at once, then run it again.", "memory")

    def _look_at_processor(self, sandbox: Sandbox, now: float) -> None:
        try:
            fields = Path(f"/proc/{sandbox.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return
        used = (int(fields[11]) + int(fields[12])) / TICKS
        seen_at, used_then, since = self._busy.get(sandbox.id, (now, used, now))
        if now - seen_at >= 1:
            busy = (used - used_then) / (now - seen_at) > sandbox.limits.cpu_hog_share
            self._busy[sandbox.id] = (now, used, since if busy else now)
            if busy and now - since > sandbox.limits.cpu_hog_seconds:
                seconds = sandbox.limits.cpu_hog_seconds
                sandbox.end(
                    "limited",
                    f"Stopped: your program kept the processor busy for {seconds:g} s. Does a loop never wait?",
                    "cpu",
                )
        else:
            self._busy.setdefault(sandbox.id, (now, used, now))
