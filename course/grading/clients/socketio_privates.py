"""The private steps of python-socketio's client, each passed on under a public name. Seen in 5.18."""

from __future__ import annotations

from typing import Any

import socketio

from course.grading.clients.engineio_privates import OrderedEngine


class HookedClient(socketio.Client):  # type: ignore[misc]
    """Calls a hook for each packet that comes in, before or instead of what the library does with it.

    Its public handlers see events only after the library has trusted them: names that are not text raise, every
    question is acknowledged, and what comes after the server's goodbye is delivered nevertheless.
    """

    def accepted(self, namespace: str) -> None:
        """The server has accepted the connection to a namespace."""
        raise NotImplementedError

    def refused(self, data: Any) -> None:
        """The server has refused it, with what its CONNECT_ERROR carried."""
        raise NotImplementedError

    def received(self, namespace: str, number: int | None, data: Any) -> None:
        """An event came, with the number of its acknowledgement if it asks for one; data may be anything."""
        raise NotImplementedError

    def has_ended(self, namespace: str) -> bool:
        """Return whether the server has disconnected this namespace: acknowledgements are then no longer taken."""
        raise NotImplementedError

    def disconnected(self, namespace: str) -> None:
        """The server has disconnected a namespace."""
        raise NotImplementedError

    def connection_lost(self, reason: str) -> None:
        """The Engine.IO connection has ended."""
        raise NotImplementedError

    def send_packet(self, kind: int, namespace: str, number: int | None = None, data: Any = None) -> None:
        """Send one packet as it is, for example an acknowledgement that no handler returned."""
        self._send_packet(self.packet_class(kind, namespace=namespace, id=number, data=data))

    def _handle_connect(self, namespace: str | None, data: Any) -> None:
        super()._handle_connect(namespace, data)
        self.accepted(namespace or "/")

    def _handle_error(self, namespace: str | None, data: Any) -> None:
        super()._handle_error(namespace, data)
        self.refused(data)

    def _handle_event(self, namespace: str | None, id: int | None, data: Any) -> None:
        self.received(namespace or "/", id, data)

    def _handle_ack(self, namespace: str | None, id: int | None, data: Any) -> None:
        if not self.has_ended(namespace or "/"):
            super()._handle_ack(namespace, id, data)

    def _handle_disconnect(self, namespace: str | None) -> None:
        self.disconnected(namespace or "/")
        # Here the library joins the reading thread, which is this one: let another thread do it.
        self.start_background_task(super()._handle_disconnect, namespace)

    def _handle_eio_disconnect(self, reason: str) -> None:
        self.connection_lost(reason)
        super()._handle_eio_disconnect(reason)

    def _engineio_client_class(self) -> type[OrderedEngine]:
        return OrderedEngine
