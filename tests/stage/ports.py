"""Ports for what tests start. Each test process starts at a place of its own, where the kernel assigns none."""

from __future__ import annotations

import itertools
import os
import socket

FIRST, LAST = 10_000, 32_000
"""Below the range that Linux uses for outgoing connections (net.ipv4.ip_local_port_range)."""
FAR_APART = 1009
"""Processes that are started together have consecutive ids; they start this many ports apart."""

_turn = itertools.count(os.getpid() * FAR_APART)


def free_port() -> int:
    """Return a port that nobody listens on, another one with each call."""
    while True:
        port = FIRST + next(_turn) % (LAST - FIRST)
        with socket.socket() as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # as servers do: an old connection is not a listener
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
