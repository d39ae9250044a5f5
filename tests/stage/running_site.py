"""The real site in a process of its own, as `make run` starts it, or as gunicorn does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from tests.stage.ports import free_port

ROOT = Path(__file__).parents[2]
MAKE_RUN = ("app.py",)
GUNICORN = ("-m", "gunicorn", "app:app")
"""What Python is started with."""


class RunningSite:
    """Starts on `start`, answers at `url`, can be killed and started again on the same port and data."""

    def __init__(self, instance: Path, command: Sequence[str] = MAKE_RUN, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.instance = instance
        self.log = instance / "site.log"
        self.environment = environment
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> RunningSite:
        """Start it, and wait until it answers."""
        self.launch()
        self._wait_until_it_answers()
        return self

    def launch(self) -> None:
        """Start it, and do not wait."""
        self.instance.mkdir(parents=True, exist_ok=True)
        inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._command],
                cwd=ROOT,
                env={
                    **inherited,
                    "PORT": str(self.port),
                    "HOST": "127.0.0.1",
                    "INSTANCE_DIR": str(self.instance),
                    **self.environment,
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            try:
                if requests.get(f"{self.url}/healthz", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)  # polling a condition that nothing announces: another process's port
        raise AssertionError(f"the site did not start:\n{self.log.read_text()[-4000:]}")

    def poll(self) -> int | None:
        """Return how it ended; None while it runs."""
        assert self._process is not None
        return self._process.poll()

    def wait(self, seconds: float) -> int:
        """Wait for its end, and return how it ended."""
        assert self._process is not None
        return self._process.wait(seconds)

    def kill(self) -> None:
        """Kill the web process with SIGKILL; what it has started must end by itself."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def errors(self) -> str:
        """Return the errors in the site's log; empty when there are none."""
        return "\n".join(line for line in self.log.read_text().splitlines() if "Traceback" in line or "ERROR" in line)
