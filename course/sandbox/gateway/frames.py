"""Reads WebSocket frames as they pass (RFC 6455). Pure: bytes in, messages out; it rebuilds and sends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from course.sandbox.gateway.ends import End, broken_frames, too_large

FIN, MASKED = 0x80, 0x80
"""The highest bits of a frame's first and of its second byte (section 5.2)."""
MOST_SHORT = 125
"""The largest length of a payload that fits into the second byte itself."""
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA

FRAMES_PER_PIECE = 64
"""A read of 64 KB may hold 32,000 frames: they are handed over a few at a time, so that others have their turn."""


class FrameRefused(Exception):
    """The frame that comes next breaks the protocol or a limit; `end` says how."""

    def __init__(self, end: End) -> None:
        super().__init__(end.words)
        self.end = end


class Piece(NamedTuple):
    """Bytes that may be passed on, and what they hold."""

    data: bytes
    messages: list[str | bytes]
    """What they complete: text or binary."""
    frames: int
    """How many frames begin in them."""
    at_boundary: bool
    """Whether a frame ends with the last of them: only then may another frame be sent after them."""


class _Header(NamedTuple):
    fin: bool
    opcode: int
    length: int
    key: bytes
    size: int
    """Bytes the header itself takes."""


class FrameReader:
    """Follows one direction of one connection.

    Args:
        limit: bytes a message may have; a frame that announces more is refused at its header.
        masked: True for the direction client → server, where every frame must be masked, and no other may be
            (section 5.1).
    """

    def __init__(self, *, limit: int, masked: bool) -> None:
        self._limit = limit
        self._masked = masked
        self._mask_bit, self._least = (MASKED, 6) if masked else (0, 2)
        self._partial_header = b""
        self._frame: _Header | None = None
        self._taken = 0
        self._message = bytearray()
        self._kind: int | None = None
        self._close_payload = b""
        self.closed = False
        """Whether a whole Close frame has passed."""

    @property
    def close_code(self) -> int | None:
        """The code in the Close frame that has passed; None without one, or where it carries none."""
        return int.from_bytes(self._close_payload[:2], "big") if len(self._close_payload) >= 2 else None

    def pieces(self, data: bytes) -> Iterator[Piece]:
        """Take the next bytes, however they are cut, and yield them in order, `FRAMES_PER_PIECE` frames at a time.

        Control frames may stand between the fragments of a message (section 5.4); they are checked and skipped.
        Text that is not UTF-8 is shown with replacement characters: it is for the receiver to refuse it.
        A header is yielded whole, with the read that completes it: so a refused frame has left nothing on the way.
        What comes behind a Close frame is dropped: section 5.5.1 forbids it.

        Raises:
            FrameRefused: at the frame that is refused; what stood before it has been yielded.
        """
        short = self._short_text(data)
        if short is not None:
            yield Piece(data, [short], 1, True)
            return
        data = self._partial_header + data
        self._partial_header = b""
        position = 0
        while position < len(data) and not self.closed:
            piece = self._next_piece(data, position)
            if not piece.data:
                return  # the rest is a part of a header
            yield piece
            position += len(piece.data)

    def _next_piece(self, data: bytes, start: int) -> Piece:
        """Return what may be passed on of `data` from `start` on; nothing where a header is not yet complete."""
        position, frames = start, 0
        messages: list[str | bytes] = []
        while position < len(data) and not self.closed and frames < FRAMES_PER_PIECE:
            if self._frame is None:
                try:
                    header = self._read_header(data, position)
                except FrameRefused:
                    if position == start:
                        raise
                    break  # what stands before it goes first
                if header is None:
                    self._partial_header = data[position:]
                    break
                self._begin(header)
                position, frames = position + header.size, frames + 1
            position += self._take(data, position)
            self._finish(messages)
        return Piece(data[start:position], messages, frames, self._frame is None)

    def _short_text(self, data: bytes) -> str | None:
        """Return the text if `data` is exactly one frame with a short one, whole: as nearly every event comes.

        The answer waits while its frame is read. A millisecond later all this is out of the processor's caches, and
        then it is the number of steps that counts: 9 µs this way, 20 by the long one.
        """
        length = len(data) - self._least
        is_whole = 0 <= length <= MOST_SHORT and data[0] == FIN | TEXT and data[1] == self._mask_bit | length
        if not is_whole or self._kind is not None or self.closed or length > self._limit:
            return None
        if self._frame is not None or self._partial_header:
            return None
        payload = data[self._least :]
        return (_unmask(payload, data[2:6], 0) if self._masked else payload).decode("utf-8", "replace")

    def _read_header(self, data: bytes, start: int) -> _Header | None:
        """Section 5.2. Returns None where more bytes are needed.

        Raises:
            FrameRefused: no frame may begin like this.
        """
        available = len(data) - start
        if available < 2:
            return None
        first, second = data[start], data[start + 1]
        if first & 0x70:
            raise FrameRefused(broken_frames("A frame uses an extension that was not agreed on."))
        masked, length = bool(second & MASKED), second & 0x7F
        if masked is not self._masked:
            raise FrameRefused(broken_frames("A frame is masked in the wrong direction."))
        length_bytes = {126: 2, 127: 8}.get(length, 0)
        size = 2 + length_bytes + (4 if masked else 0)
        if available < size:
            return None
        position = start + 2 + length_bytes
        if length_bytes:
            length = int.from_bytes(data[start + 2 : position], "big")
            if length < (126 if length_bytes == 2 else 1 << 16) or length >> 63:
                raise FrameRefused(broken_frames("A frame's length is not written in the shortest way."))
        header = _Header(bool(first & FIN), first & 0x0F, length, data[position : start + size], size)
        self._check(header)
        return header

    def _check(self, frame: _Header) -> None:
        if frame.opcode in (CLOSE, PING, PONG):
            if not frame.fin or frame.length > MOST_SHORT:  # section 5.5
                raise FrameRefused(broken_frames("A control frame is fragmented or too long."))
        elif frame.opcode == CONTINUATION:
            if self._kind is None:
                raise FrameRefused(broken_frames("A fragment came without a beginning."))
        elif frame.opcode in (TEXT, BINARY):
            if self._kind is not None:
                raise FrameRefused(broken_frames("A message began before the one before it ended."))
        else:
            raise FrameRefused(broken_frames("A frame has a reserved opcode."))
        if frame.opcode < CLOSE and len(self._message) + frame.length > self._limit:
            raise FrameRefused(too_large(self._limit))

    def _begin(self, frame: _Header) -> None:
        self._frame, self._taken = frame, 0
        if frame.opcode in (TEXT, BINARY):
            self._kind = frame.opcode

    def _take(self, data: bytes, position: int) -> int:
        frame = self._frame
        if frame is None:
            return 0
        piece = data[position : position + frame.length - self._taken]
        if frame.opcode < CLOSE and piece:
            self._message += _unmask(piece, frame.key, self._taken) if frame.key else piece
        elif frame.opcode == CLOSE and piece:
            self._close_payload += _unmask(piece, frame.key, self._taken) if frame.key else piece
        self._taken += len(piece)
        return len(piece)

    def _finish(self, messages: list[str | bytes]) -> None:
        frame = self._frame
        if frame is None or self._taken < frame.length:
            return
        self._frame = None
        self.closed = self.closed or frame.opcode == CLOSE
        if frame.opcode < CLOSE and frame.fin:
            whole = bytes(self._message)
            messages.append(whole.decode("utf-8", "replace") if self._kind == TEXT else whole)
            self._message = bytearray()
            self._kind = None


def _unmask(piece: bytes, key: bytes, offset: int) -> bytes:
    """Section 5.3; `offset` is where in the frame's payload the piece begins. One big XOR beats a loop 50 times."""
    turn = offset % 4
    count = len(piece)
    pad = ((key[turn:] + key[:turn]) * (count // 4 + 1))[:count]
    return (int.from_bytes(piece, "little") ^ int.from_bytes(pad, "little")).to_bytes(count, "little")


def close_frame(end: End) -> bytes:
    """Return the unmasked Close frame by which a server ends a connection (section 5.5.1)."""
    payload = end.code.to_bytes(2, "big") + end.words.encode()
    return bytes([FIN | CLOSE, len(payload)]) + payload
