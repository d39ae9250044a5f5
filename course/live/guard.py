"""Below the namespaces: every connection of a page, from its first byte to its end.

Between Engine.IO and Socket.IO, so that only what a page may send reaches the libraries, and only as much at a time as
a connection may keep us busy with. What is refused is answered; what no page sends ends the connection, with a
sentence and one line in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import BoundedSemaphore
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask_socketio import SocketIO
from socketio import packet
from wsproto.frame_protocol import CloseReason

from course.live.engineio_privates import close_at_once, use_queue, use_websocket
from course.live.events import REFUSED
from course.live.outgoing import OutgoingQueue
from course.live.packets import CONNECT, EVENT, Malformed, Packet, read_packet
from course.live.socketio_privates import send_packet
from course.live.websocket import WebSocket, accept, leave
from course.shares.pace import Pace
from course.shares.shares import OverShare, Shares

WORK_A_SECOND = 40.0
WORK_AT_ONCE = 300.0
"""Points: one for each frame, and one for each 4 KB. A page that is typed in sends a frame or two a second."""
EVENTS_AT_ONCE = 6
"""How many events of one connection are worked on at the same time; the next one is read when one is done."""
NAMESPACES_AT_MOST = 3
NAMESPACE_SECONDS = 30.0
"""Within this time a connection must have reached a namespace: a page does so at once."""


@dataclass
class Connection:
    """What is known of one open connection."""

    address: str | None
    pace: Pace = field(default_factory=lambda: Pace(WORK_A_SECOND, WORK_AT_ONCE))
    events: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(EVENTS_AT_ONCE))
    namespaces: set[str] = field(default_factory=set)
    websocket: WebSocket | None = None
    polls: int = 0
    """How many requests wait for something to be sent."""


class Guard:
    """Stands between Engine.IO and Socket.IO of `socketio`, which must exist already.

    Args:
        socketio: whose events are handled in the order in which they come: the guard starts their tasks itself.
        shares: what an address may open.
        log: one line for each connection that is ended.
    """

    def __init__(self, socketio: SocketIO, shares: Shares, log: logging.Logger) -> None:
        self.connections: dict[str, Connection] = {}
        self._server = socketio.server
        self._start = socketio.start_background_task
        self._sleep = socketio.sleep
        self._shares = shares
        self._log = log
        engine = self.engine = socketio.server.eio
        self._reach: Callable[[str, dict[str, Any]], None] = engine.handlers["connect"]
        self._pass_on: Callable[[str, str], None] = engine.handlers["message"]
        self._tell_of_end: Callable[[str, str], None] = engine.handlers["disconnect"]
        engine.on("connect", self._arrive)
        engine.on("message", self._hear)
        engine.on("disconnect", self._leave)
        use_queue(engine, OutgoingQueue)
        use_websocket(engine, self._websocket)

    def end(self, sid: str, reason: str) -> None:
        """End a connection at once; its peer is told why where there is a way."""
        connection = self.connections.get(sid)
        if connection is None:
            return
        if connection.websocket is not None:
            connection.websocket.end(CloseReason.POLICY_VIOLATION, reason)
        else:
            self._note(connection, reason)
        close_at_once(self.engine, sid)

    def _note(self, connection: Connection, reason: str) -> None:
        self._log.info("a connection from %s was ended: %s", connection.address, reason)

    # Its life

    def _arrive(self, sid: str, environ: dict[str, Any]) -> str | None:
        """Let a connection in; return why not, which the library answers with."""
        address = environ.get("REMOTE_ADDR")
        try:
            self._shares.connect(address)
        except OverShare as refusal:
            return str(refusal)
        self.connections[sid] = Connection(address)
        self.engine.sockets[sid].queue.overflow = partial(
            self._start, self.end, sid, "The page did not read what was sent to it."
        )
        self._start(self._expect_a_namespace, sid)
        self._reach(sid, environ)
        return None

    def _websocket(self, handler: Callable[[WebSocket], object], sid: str) -> WSGIApplication:
        connection = self.connections.get(sid) or Connection(None)

        def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            with (
                suppress(OSError),
                WebSocket(accept(environ), connection.pace, partial(self._note, connection)) as websocket,
            ):
                connection.websocket = websocket
                handler(websocket)
            return leave(environ)

        return serve

    def _expect_a_namespace(self, sid: str) -> None:
        self._sleep(NAMESPACE_SECONDS)
        connection = self.connections.get(sid)
        if connection is not None and not connection.namespaces:
            self.end(sid, "No page was opened on this connection.")

    def _leave(self, sid: str, reason: str) -> None:
        connection = self.connections.pop(sid, None)
        if connection is not None:
            self._shares.disconnect(connection.address)
        self._tell_of_end(sid, reason)

    # What it says

    def _hear(self, sid: str, data: str) -> None:
        connection = self.connections.get(sid)
        if connection is None:
            return  # it has ended, and this came with it
        try:
            said = read_packet(data)
        except Malformed as malformed:
            self.end(sid, str(malformed))
            return
        if said.refusal:
            self._answer(sid, said)
        elif said.kind == EVENT:
            connection.events.acquire()  # whoever asks for much waits here, and reads no further
            self._start(self._work, sid, data, connection)
        elif said.kind == CONNECT:
            self._connect(sid, data, said, connection)
        else:
            connection.namespaces.discard(said.namespace)
            self._pass_on(sid, data)

    def _work(self, sid: str, data: str, connection: Connection) -> None:
        try:
            self._pass_on(sid, data)
        except Exception:
            self._log.exception("an event could not be handled")
        finally:
            connection.events.release()

    def _connect(self, sid: str, data: str, said: Packet, connection: Connection) -> None:
        if said.namespace not in connection.namespaces and len(connection.namespaces) >= NAMESPACES_AT_MOST:
            self.end(sid, f"One connection can be on {NAMESPACES_AT_MOST} pages at most.")
            return
        environ = self._server.environ.get(sid)
        try:
            self._pass_on(sid, data)
        except Exception:
            self._log.exception("a page could not be connected")
            self.end(sid, "Something went wrong on our side.")
        if self._server.manager.sid_from_eio_sid(sid, said.namespace) is not None:
            connection.namespaces.add(said.namespace)
        if sid not in self.connections:
            # It ended while its page was being let in, which the libraries would never take back: for them it had not
            # come yet, and has no request any more in which its handler could hear of the end.
            self._server.environ[sid] = environ
            self._tell_of_end(sid, self._server.reason.TRANSPORT_CLOSE)

    def _answer(self, sid: str, said: Packet) -> None:
        answer = {"ok": False, "error": {"code": "malformed_packet", "message": said.refusal}}
        if self._server.manager.sid_from_eio_sid(sid, said.namespace) is None:
            return  # never connected to that namespace: there is nobody to answer
        if said.ack is not None:
            send_packet(self._server, sid, packet.ACK, namespace=said.namespace, id=said.ack, data=[answer])
        else:
            send_packet(self._server, sid, packet.EVENT, namespace=said.namespace, data=[REFUSED, answer])
