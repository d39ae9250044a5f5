"""Clients that read their frames one by one, so that a test can prove what they did not hear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tests.stage.serving import Served, Wire

NOWHERE = "/fence"
"""A namespace that no program here has: the server refuses it at once, after all that it has queued before."""


class Person:
    """One namespace on a bare WebSocket of its own: frames come in the order of the wire, so silence can be proven."""

    def __init__(self, url: str, namespace: str = "/", auth: Any = None) -> None:
        self.place = "" if namespace == "/" else f"{namespace},"
        self.wire = Wire(url)
        self._events: list[tuple[Any, ...]] = []
        self._asked = 0
        assert self.wire.receive().startswith("0{")
        self.wire.send(f"40{self.place}" + (json.dumps(auth) if auth else ""))
        self.sid = json.loads(self._until(f"40{self.place}"))["sid"]

    def ask(self, event: str, *args: Any) -> Any:
        """Emit, and return the first value of the acknowledgement; what was heard on the way is kept."""
        self._asked += 1
        self.wire.send(f"42{self.place}{self._asked}{json.dumps([event, *args])}")
        values = json.loads(self._until(f"43{self.place}{self._asked}"))
        return values[0] if values else None

    def heard(self) -> list[tuple[Any, ...]]:
        """Return every event, as ``(name, *arguments)``, that the server had sent this person; and forget them."""
        self.wire.send(f"40{NOWHERE},")
        self._until(f"44{NOWHERE},")
        events, self._events = self._events, []
        return events

    def waits_for(self, event: str) -> tuple[Any, ...]:
        """Return the next event of that name, as ``(name, *arguments)``, and forget it."""
        while True:
            found = next((heard for heard in self._events if heard[0] == event), None)
            if found:
                self._events.remove(found)
                return found
            self._keep(self.wire.receive())

    def _until(self, prefix: str) -> str:
        while True:
            frame = self.wire.receive()
            assert frame, "the server closed the connection"
            if frame.startswith(prefix):
                return frame.removeprefix(prefix)
            self._keep(frame)

    def _keep(self, frame: str) -> None:
        if frame.startswith(f"42{self.place}["):
            self._events.append(tuple(json.loads(frame.removeprefix(f"42{self.place}"))))


@contextmanager
def people(served: Served, *namespaces: str) -> Iterator[list[Person]]:
    """Connect one person for each namespace."""
    with ExitStack() as stack:
        there = [Person(served.url, namespace) for namespace in namespaces]
        for person in there:
            stack.callback(person.wire.close)
        yield there
