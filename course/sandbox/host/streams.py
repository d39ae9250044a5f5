"""The three streams of a learner's process, read until all of them have ended."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from typing import Literal, cast

from course.sandbox.host.control_messages import ControlReader, Message

Name = Literal["stdout", "stderr", "control"]
NAMES: tuple[Name, ...] = ("stdout", "stderr", "control")
"""In the order in which the child takes its ends."""
OUTPUT_READ_BYTES = 16 * 1024
CONTROL_READ_BYTES = 4 * 1024
PAUSE_SECONDS = 0.005
"""Between two looks at the streams: a program that floods them waits, instead of keeping this process busy."""


def open_streams() -> tuple[dict[socket.socket, Name], list[socket.socket]]:
    """Return our ends, by what they carry, and the child's ends in the order of `NAMES`."""
    ours, theirs = zip(*(socket.socketpair() for _ in NAMES), strict=True)
    return dict(zip(ours, NAMES, strict=True)), list(theirs)


def read_to_the_end(
    streams: dict[socket.socket, Name],
    *,
    on_output: Callable[[Literal["stdout", "stderr"], bytes], None],
    on_message: Callable[[Message], None],
) -> None:
    """Read and close every stream; returns when the last one has ended."""
    control = ControlReader()
    with selectors.DefaultSelector() as selector:
        for stream, name in streams.items():
            selector.register(stream, selectors.EVENT_READ, name)
        while selector.get_map():
            for key, _ in selector.select():
                stream, name = cast(socket.socket, key.fileobj), key.data
                data = _receive(stream, CONTROL_READ_BYTES if name == "control" else OUTPUT_READ_BYTES)
                if not data:
                    selector.unregister(stream)
                    stream.close()
                elif name == "control":
                    for message in control.feed(data):
                        on_message(message)
                else:
                    on_output(name, data)
            time.sleep(PAUSE_SECONDS)


def _receive(stream: socket.socket, size: int) -> bytes:
    try:
        return stream.recv(size)
    except OSError:
        return b""
