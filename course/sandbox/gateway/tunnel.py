"""Passes a WebSocket between a client and a learner's server: the bytes as they are, the frames read meanwhile."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from threading import Event, Thread

from course.sandbox.gateway.backend import READ_BYTES
from course.sandbox.gateway.ends import IDLE, OVERWORKED, UNREAD, End
from course.sandbox.gateway.frames import FrameReader, FrameRefused, Piece, close_frame
from course.sandbox.gateway.line import Line, Parcel
from course.sandbox.gateway.link import HELD, is_event, lose
from course.sandbox.gateway.running import RunningSandbox
from course.sandbox.gateway.work import FRAME, READ, Overworked, Work
from course.wire import Direction

IDLE_SECONDS = 120.0
"""Engine.IO pings every 25 s: when no byte comes for this long, nobody is left at the ends of a tunnel."""
LEAVE_SECONDS = 5.0
"""How long a client whose tunnel has ended may take to read the last of it, and to leave."""


class Tunnel:
    """Two sockets connected to each other until one of them ends.

    A frame that breaks the protocol or the limit is not passed on: the tunnel ends, with a Close frame that says why.
    Once a fault has touched it, its bytes pass over two `Line`s; until then they pass straight through.
    """

    def __init__(
        self, client: socket.socket, backend: socket.socket, sandbox: RunningSandbox, tag: str, work: Work
    ) -> None:
        self._client, self._backend = client, backend
        self._sandbox, self._tag, self._work = sandbox, tag, work
        most = sandbox.limits.message_bytes
        self._from_client = FrameReader(limit=most, masked=True)
        self._from_backend = FrameReader(limit=most, masked=False)
        self._last_byte = time.monotonic()
        self._sending: dict[Direction, float] = {}
        """When the bytes that are being sent began to wait for their receiver."""
        self._between_frames = True
        """Whether what the client has been sent are whole frames."""
        self._ending = ""
        self._end: End | None = None
        """Where it is we who end it."""
        self._client_left = Event()
        self._faults = sandbox.faults.of(tag)
        self._lines: dict[Direction, Line] = {}
        self._cut = self._server_told = self._server_over = False

    def run(self, head: bytes, leftover: bytes) -> None:
        """Answer the client with `head`, pass on the frames that came with it, then everything else."""
        for end in (self._client, self._backend):
            end.settimeout(None)
        self._sandbox.trace.mark(self._tag, "opened", "A WebSocket is open.")
        back = Thread(target=self._pass_back, args=(head, leftover), name="tunnel", daemon=True)
        with self._faults.lent(self):
            back.start()
            try:
                self._pump(self._client, self._backend, self._from_client, "sent")
                self._leave_server()
                self._drop_the_rest()
            finally:
                self._client_left.set()
                back.join(LEAVE_SECONDS)
                self._leave_server(at_once=True)
                _shut(self._client)
                back.join()
                _drain(self._client)
                for line in self._lines.values():
                    line.end()
        if not self._server_told:
            self._sandbox.trace.mark(self._tag, "closed", self._ending)
        if self._end:
            self._sandbox.notice(f"Client {self._tag}: {self._end.mark}")

    def cut(self, *, server_too: bool) -> None:
        """End it at once for the client; else the server notices by its ping timeout, as in real life."""
        # When it is cut for the second time, the server is told: the client's next connection needs its place.
        server_too = server_too or self._cut
        self._cut, self._server_told = True, self._server_told or server_too
        _shut(self._client)
        if server_too:
            _shut(self._backend)
        for line in self._lines.values():
            line.end()

    def end_if_idle(self) -> None:
        """End it if neither side has sent a byte for `IDLE_SECONDS`, or one side has taken none that whole time."""
        now = time.monotonic()
        if now - self._last_byte >= IDLE_SECONDS:
            self._end_here(IDLE)
            _shut(self._backend)  # its reader then says goodbye to the client
        elif any(now - since >= IDLE_SECONDS for since in list(self._sending.values())):
            self._end_here(UNREAD)
            _shut(self._client)
            _shut(self._backend)

    def _pass_back(self, head: bytes, leftover: bytes) -> None:
        """Server → client: the only writer of the client's socket, so it also sends the Close frame there."""
        try:
            self._client.sendall(head)
            self._pump(self._backend, self._client, self._from_backend, "received", leftover)
            if self._end and self._between_frames:
                self._client.sendall(close_frame(self._end))
        except OSError:
            pass
        finally:
            _shut(self._backend)
            self._leave_client()

    def _pump(
        self, source: socket.socket, sink: socket.socket, frames: FrameReader, direction: Direction, data: bytes = b""
    ) -> None:
        spend = self._work.spend
        try:
            while data := data or source.recv(READ_BYTES):
                self._last_byte = time.monotonic()
                worth = READ + len(data)
                for piece in frames.pieces(data):
                    self._pass_on(piece, sink, frames, direction)
                    spend(worth + FRAME * piece.frames)
                    worth = 0
                if worth:  # a part of a header, or what came behind a Close frame
                    spend(worth)
                if self._is_over(direction):
                    break
                data = b""
        except FrameRefused as refused:
            self._end_here(refused.end)
        except Overworked:
            self._end_here(OVERWORKED)
        except OSError:
            pass
        if direction == "received" or not self._cut:
            who = "client" if direction == "sent" else "server"
            self._ends(f"The {who} ended the connection without a Close frame.")
        self._server_over = self._server_over or direction == "received"
        if line := self._lines.get(direction):
            line.finish()

    def _is_over(self, direction: Direction) -> bool:
        """Return whether nothing more is to be passed on in this direction."""
        if self._end:
            # Who is in the middle of a frame for the client finishes it: the Close frame needs its boundary.
            return direction == "sent" or self._between_frames
        # The server should close the connection now (section 7.1.1). Werkzeug keeps it for its ping timeout, and the
        # browser's close event would wait as long.
        return self._from_client.closed and self._from_backend.closed

    def _end_here(self, end: End) -> None:
        """End it ourselves, unless it is ending anyway."""
        if not self._ending:
            self._end = end
        self._ends(end.mark)

    def _ends(self, why: str) -> None:
        """Note why the tunnel ends; the first reason counts, what follows is its consequence."""
        self._ending = self._ending or why

    def _leave_server(self, *, at_once: bool = False) -> None:
        """Close the connection to the server, if it may notice, and nobody is in the middle of a frame of its own."""
        may_notice = not self._cut or self._server_told
        if may_notice and (at_once or self._end is None or self._between_frames):
            _shut(self._backend)

    def _leave_client(self) -> None:
        """Send nothing more, and give the client some time to read what it was sent before its socket is shut."""
        if not self._cut:
            with suppress(OSError):
                self._client.shutdown(socket.SHUT_WR)
            self._client_left.wait(LEAVE_SECONDS)
        _shut(self._client)

    def _drop_the_rest(self) -> None:
        """Read what the client is still sending: as long as it is blocked in that, it hears no Close frame.

        Who goes on for too long is reset.
        """
        until = time.monotonic() + LEAVE_SECONDS
        with suppress(OSError, Overworked):
            self._client.settimeout(LEAVE_SECONDS)
            while time.monotonic() < until:
                data = self._client.recv(READ_BYTES)
                if not data:
                    return
                self._work.spend(READ + len(data))
        with suppress(OSError):
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _pass_on(self, piece: Piece, sink: socket.socket, frames: FrameReader, direction: Direction) -> None:
        """Note the messages, send the bytes: in this order, so that no answer precedes its question.

        Raises:
            OSError: the other end is gone, or takes nothing any more.
        """
        if frames.closed:
            who, code = "client" if direction == "sent" else "server", frames.close_code
            self._ends(f"The {who} closed the WebSocket, {f'with close code {code}' if code else 'without a code'}.")
        if self._faults.active or self._lines or self._cut:
            self._pass_on_with_faults(Parcel(self._faults.clock(), piece), sink, direction)
        else:
            self._deliver(piece, sink, direction)

    def _deliver(self, piece: Piece, sink: socket.socket, direction: Direction) -> None:
        for message in piece.messages:
            self._sandbox.trace.add(self._tag, direction, message, "websocket")
        self._sending[direction] = time.monotonic()
        if direction == "received":
            self._between_frames = False
        _send_whole(sink, piece.data)
        del self._sending[direction]
        if direction == "received":
            self._between_frames = piece.at_boundary
        if any(map(is_event, piece.messages)):
            self._sandbox.touch()

    def _pass_on_with_faults(self, parcel: Parcel, sink: socket.socket, direction: Direction) -> None:
        if self._cut:
            self._lose(parcel, direction)
        elif any(map(is_event, parcel.piece.messages)) and self._faults.takes_drop(direction):
            self._lose(parcel, direction)
            self._faults.cut_connections("Cut at this event.")
        else:
            if self._faults.wait_for(parcel.since) != 0:
                for message in parcel.piece.messages:
                    self._sandbox.trace.mark(self._tag, "delayed", HELD, message, direction)
            if direction not in self._lines:
                self._lines[direction] = Line(
                    self._faults,
                    lambda held: self._deliver_late(held, sink, direction),
                    lambda held: self._lose(held, direction),
                )
            self._lines[direction].put(parcel)

    def _deliver_late(self, parcel: Parcel, sink: socket.socket, direction: Direction) -> None:
        if direction == "sent" and self._server_over:
            self._lose(parcel, direction)
        else:
            self._deliver(parcel.piece, sink, direction)

    def _lose(self, parcel: Parcel, direction: Direction) -> None:
        lose(self._sandbox.trace, self._tag, direction, parcel.piece.messages)


def _send_whole(sink: socket.socket, data: bytes) -> None:
    """Send all of `data`, mostly in one go: that saves the system calls that gevent's ``sendall`` makes each time."""
    sent = sink.send(data)
    if sent < len(data):
        sink.sendall(memoryview(data)[sent:])


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


def _drain(end: socket.socket) -> None:
    """Read what arrived before the socket was shut: a web server that goes on reading would take it for a request."""
    with suppress(OSError):
        while end.recv(READ_BYTES):
            pass
