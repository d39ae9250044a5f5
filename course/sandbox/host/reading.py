"""Reads what the processes of one sandbox say, in bounded pieces and with pauses, until one has said everything."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from typing import Literal, Protocol, cast

from course.sandbox.host.control_messages import ControlReader, Message
from course.sandbox.host.line_relay import LineRelay
from course.sandbox.host.streams import Name, Streams

SPEAKING: tuple[Name, ...] = ("stdout", "stderr", "control")
"""A process that has closed these has said everything."""
PAUSE_SECONDS, PIECE_BYTES = 0.005, 8 * 1024
"""Between two looks at the streams, and of each stream in one: a program that says much waits, instead of keeping this
process busy."""
FLOODED_PAUSE_SECONDS, FLOODED_PIECE_BYTES = 0.05, 64 * 1024
"""The same while it says more than is passed on: what is skipped costs little by the block."""


class Hearer(Protocol):
    """Hears what is read."""

    def hear_output(self, stream: Literal["stdout", "stderr"], data: bytes) -> bool:
        """Hear what a process printed; return whether all of it was within the limits."""

    def hear_message(self, process: int, message: Message) -> bool:
        """Hear what a process says about itself; return whether all of it was within the limits."""

    def hear_lines_left_out(self) -> None:
        """Hear, once, that not every line between the processes has been passed on."""


class Reading:
    """One reading of the streams, on one thread.

    Args:
        streams: of the sandbox; they stay open.
        hearer: hears everything. Its sandbox ends where it raises.
    """

    def __init__(self, streams: Streams, hearer: Hearer) -> None:
        self._hearer = hearer
        self._ends = streams.named(*SPEAKING, "lines")
        self._controls = [ControlReader() for _ in streams.theirs]
        self._lines = list(streams.named("lines"))
        self._relay = LineRelay(self._lines)
        self._told_left_out = False
        self._open = Counter(number for number, name in self._ends.values() if name in SPEAKING)

    def until_one_has_said_all(self) -> int:
        """Read on; return the number of the first process that has closed its streams."""
        flooded = False
        with selectors.DefaultSelector() as selector:
            for stream in self._ends:
                selector.register(stream, selectors.EVENT_READ)
            while True:
                size, flooded = FLOODED_PIECE_BYTES if flooded else PIECE_BYTES, False
                for key, ready in selector.select():
                    stream = cast(socket.socket, key.fileobj)
                    if ready & selectors.EVENT_WRITE:
                        self._relay.send(self._ends[stream][0])
                    if ready & selectors.EVENT_READ:
                        flooded |= self._read(stream, size, selector)
                for number, name in self._ends.values():
                    if name in SPEAKING and not self._open[number]:
                        return number
                self._look_at_the_lines(selector)
                time.sleep(FLOODED_PAUSE_SECONDS if flooded else PAUSE_SECONDS)

    def _read(self, stream: socket.socket, size: int, selector: selectors.BaseSelector) -> bool:
        """Read one piece of a stream; return whether it held more than is passed on."""
        number, name = self._ends[stream]
        data = _receive(stream, size)
        if not data:
            if data is not None:
                selector.unregister(stream)
                self._open[number] -= name in SPEAKING
        elif name == "stdout" or name == "stderr":
            return not self._hearer.hear_output(name, data)
        elif name == "control":
            control = self._controls[number]
            dropped, too_much = control.dropped, False
            for message in control.feed(data):
                too_much |= not self._hearer.hear_message(number, message)
            return too_much or control.skips or control.dropped > dropped
        else:
            left_out = self._relay.left_out
            self._relay.take(number, data)
            return self._relay.left_out > left_out
        return False

    def _look_at_the_lines(self, selector: selectors.BaseSelector) -> None:
        """Wait for room where a process has not read all that is for it, and tell of what was left out."""
        for number, stream in enumerate(self._lines):
            if stream in selector.get_map():
                more = selectors.EVENT_WRITE if self._relay.has_more_for(number) else 0
                selector.modify(stream, selectors.EVENT_READ | more)
        if self._relay.left_out and not self._told_left_out:
            self._told_left_out = True
            self._hearer.hear_lines_left_out()


def _receive(stream: socket.socket, size: int) -> bytes | None:
    """Return a piece; nothing at the end, and None when there is none now."""
    try:
        return stream.recv(size)
    except BlockingIOError:
        return None
    except OSError:
        return b""
