"""Messages between the supervisor and the fork server: JSON with its length before it, descriptors beside it.

Standard library only: the fork server imports it. A stream and not packets: a packet has a largest size, and macOS has
no packets at all.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from collections import deque
from collections.abc import Sequence
from typing import Any

HEADER = struct.Struct("!IB")
"""Bytes of JSON, number of descriptors."""
DESCRIPTORS_AT_MOST = 8
READ_BYTES = 64 * 1024

Message = dict[str, Any]


class ChannelClosed(Exception):
    """The other side is gone: nothing can be sent or received any more."""


class Channel:
    """One side of a connected Unix stream socket. One thread may send while another receives."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._data = bytearray()
        self._descriptors: deque[int] = deque()
        self._complete: deque[tuple[Message, list[int]]] = deque()

    def fileno(self) -> int:
        """Return the descriptor, for `select`."""
        return self._wire.fileno()

    def send(self, message: Message, descriptors: Sequence[int] = ()) -> None:
        """Send a message. The descriptors are copied to the other side; those on this side stay open.

        Raises:
            ChannelClosed: it can't be delivered.
        """
        text = json.dumps(message).encode()
        data = HEADER.pack(len(text), len(descriptors)) + text
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        try:
            sent = self._wire.sendmsg([data], rights)
            if sent < len(data):
                self._wire.sendall(data[sent:])
        except OSError as error:
            raise ChannelClosed(str(error)) from error

    def receive(self) -> tuple[Message, list[int]]:
        """Wait for the next message; its descriptors now belong to the caller.

        Raises:
            ChannelClosed: there will be none.
        """
        while not self._complete:
            self._read()
        return self._complete.popleft()

    @property
    def has_message(self) -> bool:
        """Return whether `receive` would return at once, even if the socket is not readable."""
        return bool(self._complete)

    def settimeout(self, seconds: float | None) -> None:
        """Wait for this long at most, then treat the other side as gone; None waits forever."""
        self._wire.settimeout(seconds)

    def shutdown(self) -> None:
        """End the connection for both sides; a `receive` that waits is woken."""
        try:
            self._wire.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def close(self) -> None:
        """Close the socket, and the descriptors that were received and never taken."""
        self._wire.close()
        for descriptor in (*self._descriptors, *(each for _, taken in self._complete for each in taken)):
            os.close(descriptor)
        self._descriptors.clear()
        self._complete.clear()

    def _read(self) -> None:
        try:
            data, rights, _, _ = self._wire.recvmsg(READ_BYTES, socket.CMSG_SPACE(4 * DESCRIPTORS_AT_MOST))
        except OSError as error:
            raise ChannelClosed(str(error)) from error
        for level, kind, packed in rights:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers = array.array("i", packed[: len(packed) - len(packed) % 4])
                for number in numbers:
                    os.set_inheritable(number, False)
                self._descriptors.extend(numbers)
        if not data:
            raise ChannelClosed("the other side has ended")
        self._data += data
        self._split()

    def _split(self) -> None:
        while len(self._data) >= HEADER.size:
            size, count = HEADER.unpack_from(self._data)
            end = HEADER.size + size
            if len(self._data) < end:
                return
            message = json.loads(self._data[HEADER.size : end])
            del self._data[:end]
            # A message's descriptors come with its first byte, so they are here when its last one is (unix(7)).
            self._complete.append((message, [self._descriptors.popleft() for _ in range(count)]))
