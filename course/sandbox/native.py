"""The standard library's own functions, kept before gevent replaces them: imported before the rest of the course.

The fork server and the part of a child that talks to the supervisor must work without an event loop, and a lock of
theirs must hold between real threads, under every runtime. Standard library only.
"""

from __future__ import annotations

from _socket import socketpair
from _thread import allocate_lock, stack_size, start_new_thread
from os import fork, waitpid
from select import poll
from signal import signal
from socket import socket

__all__ = [
    "allocate_lock",
    "fork",
    "poll",
    "signal",
    "socket",
    "socketpair",
    "stack_size",
    "start_new_thread",
    "waitpid",
]
