"""A running program with real clients, whose connections a learner's page disturbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import socketio

from tests.stage.page import Page
from tests.stage.quick_to_close import LEAVING_AT_ONCE


class Disturbed:
    """A page's program, and clients of it that come back by themselves. Use it in a `with`."""

    def __init__(self, page: Page, program: str, *, exercise: str = "add-with-ack", tags: str = "A") -> None:
        self.page = page
        run = page.ask("run", {"exercise": exercise, "files": {"server.py": program}})
        self.sandbox = run["sandbox"]
        page.await_event("sandbox_state", state="ready")
        self.marks: list[Any] = []
        self.ups = dict.fromkeys(tags, 0)
        self._printed: list[str] = []
        self._expected: list[str] = []
        self.clients = {tag: self._connect(tag) for tag in tags}

    def __enter__(self) -> Disturbed:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.clients.values():
            client.reconnection = False
            client.shutdown()  # a client that is on its way back is called off: it would go on behind other tests

    def _connect(self, tag: str) -> Any:
        returning = {**LEAVING_AT_ONCE, "reconnection": True, "reconnection_delay": 0.1, "reconnection_delay_max": 0.2}
        client = socketio.Client(**returning)
        client.on("connect", lambda: self._up(tag))
        path = f"{self.sandbox['url']}{tag}/socket.io"
        client.connect(self.page.url, transports=["websocket"], socketio_path=path)
        return client

    def _up(self, tag: str) -> None:
        self.ups[tag] += 1

    def fault(self, kind: str, *, client: str = "A", **more: Any) -> Any:
        """Press one of the buttons of a client."""
        return self.page.ask("fault", {"client": client, "kind": kind, **more})

    def await_output(self, line: str) -> None:
        """Wait until the program has printed it once more than was waited for before."""
        self._expected.append(line)
        self._await(lambda: "".join(self._printed).count(line) >= self._expected.count(line))

    def printed(self, line: str) -> bool:
        """Say whether it has been printed, as far as was heard while something else was awaited."""
        return line in "".join(self._printed)

    def await_mark(self, kind: str, frame: str = "") -> None:
        """Wait for a mark of that kind, about a frame with these characters in it."""
        self._await(lambda: any(mark["kind"] == kind and frame in mark.get("frame", "") for mark in self.marks))

    def _await(self, condition: Callable[[], bool]) -> None:
        while not condition():
            event, data = self.page.heard.get(timeout=15)
            if event == "sandbox_output":
                self._printed.append(data["text"])
            elif event == "sandbox_marks":
                self.marks += data["marks"]
