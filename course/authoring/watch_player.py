"""Plays one demonstration in a process of its own, which reads the request from standard input.

The recording clients need the threads of the standard library, and the site's process is monkey-patched by gevent.

Between two steps it waits until nothing travels any more, as a viewer would.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from course.grading.clients.client import Client
from course.grading.clients.recording import Recording
from course.grading.clients.server import Server
from course.grading.failures import AuthorError, CheckFailed
from course.grading.reports import Reports
from course.wire import Transport

QUIET_SECONDS = 0.4
"""How long nothing must have travelled before the next step begins."""
STEP_SECONDS = 12.0
"""After this time the next step begins anyway: some programs never fall silent."""
LOOK_SECONDS = 0.05
TRANSPORTS: dict[str, tuple[Transport, ...]] = {
    "websocket": ("websocket",),
    "polling": ("polling",),
    "upgrade": ("polling", "websocket"),
}


class Stage:
    """The clients of one demonstration, and what they record."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun = time.monotonic()
        self._recording = Recording()
        self._clients: dict[str, Client] = {}
        self._servers: list[Server] = []
        self.marks: list[dict[str, Any]] = []
        self.captions: list[dict[str, Any]] = []

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The frames that travelled."""
        return [dict(row) for row in self._recording.rows]

    def act(self, step: dict[str, Any]) -> None:
        """Do one step."""
        kind, names = step["kind"], step["clients"]
        if kind == "say":
            self.captions.append({"time": self._now(), "text": step["text"]})
            return
        if kind == "wait":
            time.sleep(step["seconds"])
        elif kind == "connect":
            for name in names:
                self._connect(name, step)
                self._fall_silent()
        else:
            self._let(self._clients[names[0]], kind, step)
        self._fall_silent()
        self._mark_the_lost()

    def close(self) -> None:
        """Close every client."""
        for server in self._servers:
            server.close()

    def _connect(self, name: str, step: dict[str, Any]) -> None:
        server = Server(self._path, Reports())  # one for each connection: a client may come back under the same name
        server.recording = self._recording
        self._servers.append(server)
        client = server.tries(
            name, namespace=step["namespace"], auth=step["auth"], transports=TRANSPORTS[step["transport"]]
        )
        if isinstance(client, Client):
            self._clients[name] = client
            self._mark(name, "opened", "The connection is open.")
        else:
            self._mark(name, "refused", f"It is not let in: {client.message or 'without a reason'}.")

    def _let(self, client: Client, kind: str, step: dict[str, Any]) -> None:
        if kind == "asks":
            client.ask(step["event"], *step["args"], within=STEP_SECONDS)
        elif kind == "emits":
            client.emit(step["event"], *step["args"])
        else:
            del self._clients[client.name]
            self._mark(client.name, "closed", "It leaves." if kind == "leaves" else "It is gone, without a word.")
            client.close() if kind == "leaves" else client.vanish()

    def _mark_the_lost(self) -> None:
        for name, client in list(self._clients.items()):
            if not client.connected:
                del self._clients[name]
                self._mark(name, "closed", "The server ends the connection.")

    def _fall_silent(self) -> None:
        deadline = time.monotonic() + STEP_SECONDS
        count, since = -1, time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - since < QUIET_SECONDS:
            travelled = len([row for row in self._recording.rows if row["frame"] not in ("2", "3")])
            if travelled != count:
                count, since = travelled, time.monotonic()
            time.sleep(LOOK_SECONDS)

    def _mark(self, client: str, kind: str, text: str) -> None:
        self.marks.append({"time": self._now(), "client": client, "kind": kind, "text": text})

    def _now(self) -> float:
        return round(time.monotonic() - self._begun, 4)


def play(wish: dict[str, Any]) -> dict[str, Any]:
    """Play the steps of ``{"socket": path, "steps": […]}``; return ``{"rows", "marks", "captions"}``.

    Raises:
        CheckFailed: the server has gone.
    """
    stage = Stage(Path(wish["socket"]))
    try:
        for step in wish["steps"]:
            stage.act(step)
        return {"rows": stage.rows, "marks": stage.marks, "captions": stage.captions}
    finally:
        stage.close()


def main() -> None:
    """Read the request and write what was recorded, or ``{"reason": "…"}``."""
    try:
        answer = play(json.load(sys.stdin))
    except (CheckFailed, AuthorError) as reason:
        answer = {"reason": str(reason)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
