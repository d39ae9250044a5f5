"""A process of a sandbox: it comes late, may be killed before it has come, and says once how it ended."""

from __future__ import annotations

import threading

from course.sandbox.host.forkserver_link import Started


class ChildProcess:
    """Not safe by itself: the sandbox holds its lock around `begin` and `kill`."""

    def __init__(self) -> None:
        self.pid: int | None = None
        self._started: Started | None = None
        self._killed = False
        self._exit_code: int | None = None
        self._exited = threading.Event()

    def begin(self, started: Started) -> None:
        """Note the process that the fork server has made; it ends at once if it has been killed meanwhile."""
        self.pid, self._started = started.pid, started
        if self._killed:
            self.kill()

    def kill(self) -> None:
        """Kill it, now or when it comes. Killing twice is harmless."""
        self._killed = True
        started, self._started = self._started, None
        if started is not None:
            started.kill()

    def exited(self, code: int | None) -> None:
        """Note how it ended; None when nobody will ever know."""
        self._exit_code = code
        self._exited.set()

    def wait_exited(self, timeout: float) -> int | None:
        """Wait for its end; return its exit code as Popen has it, None when that is not known in time."""
        self._exited.wait(timeout)
        return self._exit_code
