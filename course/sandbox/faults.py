"""The faults of one sandbox, by client: set by its learner, told to the pages, ended with the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from course.sandbox.client_faults import ClientFaults, Fault, FaultRefused
from course.sandbox.model import MarkKind

CLIENTS = 32
"""Clients of one sandbox that are known here: more than the connections that a sandbox may have."""

Mark = Callable[[str, MarkKind, str], None]


class Faults:
    """The faults of one sandbox, by client.

    Args:
        mark: puts a mark of a client into the trace.
        tell: called with what is in force, by client, after every change. It must not block.
        before: the faults of the run that this one continues.
    """

    def __init__(
        self,
        mark: Mark,
        tell: Callable[[Mapping[str, dict[str, Any]]], None] = lambda in_force: None,
        before: Faults | None = None,
    ) -> None:
        self._mark, self._tell = mark, tell
        self._clients: dict[str, ClientFaults] = {}
        self._lock = Lock()
        for tag, faults in before._clients.items() if before else ():
            if faults.active:
                self.of(tag).take_over(faults)

    def of(self, client: str) -> ClientFaults:
        """Return the faults of a client; the same for all of its connections."""
        found = self._clients.get(client)
        if found is not None:
            return found
        with self._lock:
            if len(self._clients) >= CLIENTS:
                for tag, faults in list(self._clients.items()):
                    if not faults.in_use:
                        del self._clients[tag]
            return self._clients.setdefault(client, ClientFaults(self._marking(client), self._changed))

    def set(self, fault: Fault) -> dict[str, dict[str, Any]]:
        """Put a fault in force or take it back; returns what is in force then.

        Raises:
            FaultRefused: more clients have faults than there can be clients.
        """
        if fault.client and fault.kind != "well":
            if fault.client not in self._clients and len(self.in_force()) >= CLIENTS:
                raise FaultRefused("That is enough clients with faults. Make some well again.")
            self.of(fault.client).set(fault)
        else:
            for tag, faults in list(self._clients.items()):
                if fault.client in (tag, "") and faults.active:
                    faults.set(fault)
        return self.in_force()

    def in_force(self) -> dict[str, dict[str, Any]]:
        """Return what is in force, by client; clients without a fault are not there."""
        return {tag: told for tag, faults in list(self._clients.items()) if (told := faults.in_force())}

    def close(self) -> None:
        """Cut every connection and end every wait: the sandbox has ended."""
        for faults in list(self._clients.values()):
            faults.close()

    def _changed(self) -> None:
        self._tell(self.in_force())

    def _marking(self, client: str) -> Callable[[MarkKind, str], None]:
        return lambda kind, text: self._mark(client, kind, text)
