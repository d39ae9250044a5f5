"""One HTTP request on its way through the gateway, as the faults of its client see it: they let it wait, or cut it."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress
from wsgiref.types import WSGIEnvironment

from course.sandbox.client_faults import ClientFaults, Cut
from course.sandbox.gateway.address import Address, NotPassed
from course.sandbox.gateway.client_socket import client_socket, leave
from course.sandbox.gateway.running import RunningSandbox
from course.sandbox.trace import Trace
from course.wire import Direction

LOST = "Lost: its connection was cut."
HELD = "Held back on the way."
NO_NETWORK = "No network: the request did not get out."
NO_WEBSOCKET = "No WebSocket gets through here, only long-polling."


def is_event(packet: str | bytes) -> bool:
    """Return whether an Engine.IO packet is a message: pings, pongs and probes keep no idle sandbox alive."""
    return isinstance(packet, bytes) or packet.startswith(("4", "b"))


class RequestLink:
    """A `course.sandbox.client_faults.Link` for one request, a WebSocket's handshake included."""

    def __init__(self, environ: WSGIEnvironment, sandbox: RunningSandbox, address: Address) -> None:
        self.faults: ClientFaults = sandbox.faults.of(address.client)
        self.is_cut = False
        self._environ, self._address, self._trace = environ, address, sandbox.trace
        self._since = self.faults.clock()

    def cut(self, *, server_too: bool) -> None:
        """End it for the client. The server's answer is lost, too: it has no connection to the client of its own."""
        self.is_cut = True
        with suppress(OSError, NotPassed):
            client_socket(self._environ).shutdown(socket.SHUT_RDWR)

    def enter(self, *, websocket: bool) -> None:
        """Apply the faults before anything of the request is read.

        Raises:
            Cut: it goes no further, and is not answered.
            NotPassed: it asks for a WebSocket, and its client may have none.
        """
        if not self.faults.active:
            return
        if self.faults.offline:
            if self._address.is_engineio:
                self._trace.mark(self._address.client, "refused", NO_NETWORK)
            raise Cut
        if self._hold(self._since) and not still_there(self._environ):
            raise Cut
        if websocket and self.faults.polling_only:
            raise NotPassed(403, "websocket_refused", NO_WEBSOCKET)

    def carry(self, direction: Direction, packets: list[str]) -> None:
        """Apply the faults to packets that have come, before they are passed on.

        Raises:
            Cut: they are lost.
        """
        if self.faults.active and not self.is_cut:
            if any(map(is_event, packets)) and self.faults.takes_drop(direction):
                self._lose(direction, packets)
                self.faults.cut_connections("Cut at this event.")
                raise Cut
            if direction == "received":
                came = self.faults.clock()
                if self.faults.wait_for(came) != 0:
                    for packet in packets:
                        self._trace.mark(self._address.client, "delayed", HELD, packet, direction)
                with suppress(Cut):
                    self._hold(came)
        if self.is_cut:
            self._lose(direction, packets)
            raise Cut

    def _hold(self, since: float) -> bool:
        """Wait as long as the faults say; return whether it had to wait at all."""
        held = False
        with self.faults.waiting() as changed:
            while not self.is_cut and (wait := self.faults.wait_for(since)) != 0:
                held = True
                changed.wait(wait)
        if self.is_cut:
            raise Cut
        return held

    def _lose(self, direction: Direction, packets: list[str]) -> None:
        lose(self._trace, self._address.client, direction, packets)


def lose(trace: Trace, client: str, direction: Direction, frames: Iterable[str | bytes]) -> None:
    """Mark frames that will never arrive."""
    for frame in frames:
        trace.mark(client, "lost", LOST, frame, direction)


def hang_up(environ: WSGIEnvironment) -> Iterable[bytes]:
    """End a request without any answer, as a lost network does."""
    with suppress(OSError, NotPassed):
        client_socket(environ).shutdown(socket.SHUT_RDWR)
    return leave(environ)


def still_there(environ: WSGIEnvironment) -> bool:
    """Return whether the client of a request that had to wait is still connected."""
    try:
        connection = client_socket(environ)
        before = connection.gettimeout()
        connection.settimeout(0)
    except (OSError, NotPassed):
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        connection.settimeout(before)
